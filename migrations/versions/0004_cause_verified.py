"""whether and by whom the cause was verified (7.4-43, 46)"""
import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('capa_whys', schema=None) as batch_op:
        batch_op.add_column(sa.Column('proven', sa.Boolean(), nullable=True))

    for table in ('capas', 'capa_past_rounds'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('cause_verification', sa.Text(), nullable=True))
            batch_op.add_column(sa.Column('cause_verified_by', sa.String(), nullable=True))


def downgrade() -> None:
    for table in ('capa_past_rounds', 'capas'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('cause_verified_by')
            batch_op.drop_column('cause_verification')

    with op.batch_alter_table('capa_whys', schema=None) as batch_op:
        batch_op.drop_column('proven')
