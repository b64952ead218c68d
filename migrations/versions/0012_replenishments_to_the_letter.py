"""who has changed a replenishment since it was filed; why goods wanted at once are not sent (5.3.4);
currency, rate and known prices (Q23)"""
import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('replenishments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('changer_ids', sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column('currency', sa.String(), nullable=False, server_default='CNY'))
        batch_op.add_column(sa.Column('rate', sa.BigInteger(), nullable=False, server_default='1000000'))

    with op.batch_alter_table('replenishment_lines', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rate', sa.BigInteger(), nullable=True))
        batch_op.drop_constraint(op.f('ck_replenishment_lines_product_to_the_fen'), type_='check')
        batch_op.create_check_constraint(op.f('ck_replenishment_lines_product_to_the_fen'), 'rate IS NOT NULL OR amount = (quantity * unit_price + 50000) / 100000')

    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.add_column(sa.Column('no_goods_reason', sa.Text(), nullable=True))

    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unit_price', sa.BigInteger(), nullable=True))

    with op.batch_alter_table('shipments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unit_price', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('currency', sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('shipments', schema=None) as batch_op:
        batch_op.drop_column('currency')
        batch_op.drop_column('unit_price')

    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.drop_column('unit_price')

    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.drop_column('no_goods_reason')

    with op.batch_alter_table('replenishment_lines', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_replenishment_lines_product_to_the_fen'), type_='check')
        batch_op.create_check_constraint(op.f('ck_replenishment_lines_product_to_the_fen'), 'amount = (quantity * unit_price + 50000) / 100000')
        batch_op.drop_column('rate')

    with op.batch_alter_table('replenishments', schema=None) as batch_op:
        batch_op.drop_column('rate')
        batch_op.drop_column('currency')
        batch_op.drop_column('changer_ids')
