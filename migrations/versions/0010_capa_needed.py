"""5.2.2.5: a confirmation that asks for a corrective action; Q11: a route that awaits its confirmation"""
import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('capa_needed', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('route_unconfirmed', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('sent_back_reason', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.drop_column('sent_back_reason')
        batch_op.drop_column('route_unconfirmed')
        batch_op.drop_column('capa_needed')
