"""3.4: the effect of rework is judged; 5.3: why a return was registered in spite of warnings"""
import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('returns', schema=None) as batch_op:
        batch_op.add_column(sa.Column('effect_due_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('effect', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('effect_note', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('effect_follow_up', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('effect_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('warning_reason', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('returns', schema=None) as batch_op:
        for column in (
            'warning_reason', 'effect_at', 'effect_follow_up', 'effect_note', 'effect', 'effect_due_at'
        ):
            batch_op.drop_column(column)
