"""why the rate of a replenishment is far from the usual one (Q23); who reported a measure of a complaint as
carried out, and so does not check its effect (5.2.2.5); the request to open a closed complaint again (5.3.5)"""
import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('replenishments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rate_reason', sa.Text(), nullable=True))

    with op.batch_alter_table('complaint_measures', schema=None) as batch_op:
        batch_op.add_column(sa.Column('done_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_complaint_measures_done_by_id'), 'users', ['done_by_id'], ['id'])

    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reopen_request', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('reopen_refusal', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('reopen_requested_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_complaints_reopen_requested_by_id'), 'users', ['reopen_requested_by_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_complaints_reopen_requested_by_id'), type_='foreignkey')
        batch_op.drop_column('reopen_requested_by_id')
        batch_op.drop_column('reopen_refusal')
        batch_op.drop_column('reopen_request')

    with op.batch_alter_table('complaint_measures', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_complaint_measures_done_by_id'), type_='foreignkey')
        batch_op.drop_column('done_by_id')

    with op.batch_alter_table('replenishments', schema=None) as batch_op:
        batch_op.drop_column('rate_reason')
