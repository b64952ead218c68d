"""What the columns of an imported file are: of a pending file, and remembered by its titles"""
import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('pending_uploads', schema=None) as batch_op:
        batch_op.add_column(sa.Column('layout', sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        'import_choices',
        sa.Column('section', sa.String(), nullable=False),
        sa.Column('titles', sa.String(), nullable=False),
        sa.Column('targets', sa.JSON(), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_import_choices_by_id')),
        sa.PrimaryKeyConstraint('section', 'titles', name=op.f('pk_import_choices')),
    )


def downgrade() -> None:
    op.drop_table('import_choices')
    with op.batch_alter_table('pending_uploads', schema=None) as batch_op:
        batch_op.drop_column('layout')
