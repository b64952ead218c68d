"""7.4-13: when the goods complained of were made; 7.4-62: what a complaint cost, in fen"""
import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

COSTS = ('cost_rework', 'cost_scrap', 'cost_freight', 'cost_deduction')


def upgrade() -> None:
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('produced_on', sa.Date(), nullable=True))
        for name in COSTS:
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        for name in reversed(COSTS):
            batch_op.drop_column(name)
        batch_op.drop_column('produced_on')
