"""attendees, places and dispositions belong to their meeting"""
import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

TABLES = ('complaint_attendees', 'complaint_places', 'complaint_dispositions')


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column('meeting_id', sa.Integer(), nullable=True))
        op.execute(  # the names of the tables are this file's own
            f'UPDATE {table} SET meeting_id = (SELECT meetings.id FROM complaint_meetings AS meetings '  # noqa: S608
            f'WHERE meetings.complaint_id = {table}.complaint_id AND meetings.round = {table}.round)'
        )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column('meeting_id', existing_type=sa.Integer(), nullable=False)
            batch_op.create_foreign_key(
                batch_op.f(f'fk_{table}_meeting_id'), 'complaint_meetings', ['meeting_id'], ['id']
            )
            batch_op.create_index(batch_op.f(f'ix_{table}_meeting_id'), ['meeting_id'], unique=False)


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f'ix_{table}_meeting_id'))
            batch_op.drop_constraint(batch_op.f(f'fk_{table}_meeting_id'), type_='foreignkey')
            batch_op.drop_column('meeting_id')
