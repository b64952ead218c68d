"""who has changed a replenishment since it was filed; why goods wanted at once are not sent (5.3.4)"""
import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('replenishments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('changer_ids', sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.add_column(sa.Column('no_goods_reason', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.drop_column('no_goods_reason')

    with op.batch_alter_table('replenishments', schema=None) as batch_op:
        batch_op.drop_column('changer_ids')
