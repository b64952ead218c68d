"""complaints out of an old register"""
import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('imported_from', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('imported_row', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('old_number', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('old_model', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('resp_dept', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('old_notes', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('natural_key', sa.String(), nullable=True))
        batch_op.alter_column('channel', existing_type=sa.String(), nullable=True)
        batch_op.create_unique_constraint(batch_op.f('uq_complaints_old_number'), ['old_number'])
        batch_op.create_unique_constraint(batch_op.f('uq_complaints_natural_key'), ['natural_key'])
        batch_op.create_foreign_key(batch_op.f('fk_complaints_resp_dept'), 'departments', ['resp_dept'], ['code'])

    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.alter_column('route', existing_type=sa.String(), nullable=True)
        batch_op.alter_column('reply_text', existing_type=sa.Text(), nullable=True)
        batch_op.alter_column('quality_replied_at', existing_type=sa.DateTime(timezone=True), nullable=True)
        batch_op.alter_column('prepared_by_id', existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.alter_column('prepared_by_id', existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column('quality_replied_at', existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column('reply_text', existing_type=sa.Text(), nullable=False)
        batch_op.alter_column('route', existing_type=sa.String(), nullable=False)

    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_complaints_resp_dept'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_complaints_natural_key'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_complaints_old_number'), type_='unique')
        batch_op.alter_column('channel', existing_type=sa.String(), nullable=False)
        for column in ('natural_key', 'old_notes', 'resp_dept', 'old_model', 'old_number', 'imported_row', 'imported_from'):
            batch_op.drop_column(column)
