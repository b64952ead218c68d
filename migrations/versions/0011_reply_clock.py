"""changes of the reply clock wait for consent; the limit by which a complaint is counted; numbers of what
was passed on; the acknowledgement to the customer"""
import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('clock_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint_id', sa.Integer(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reply_days', sa.Integer(), nullable=True),
    sa.Column('customer_deadline', sa.DateTime(timezone=True), nullable=True),
    sa.Column('no_deadline', sa.Boolean(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reply_number', sa.Integer(), nullable=True),
    sa.Column('clock_reason', sa.Text(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=True),
    sa.Column('requested_by_id', sa.Integer(), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clock_decision', sa.String(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision_note', sa.Text(), nullable=True),
    sa.Column('refusal_seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['complaint_id'], ['complaints.id'], name=op.f('fk_clock_changes_complaint_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_clock_changes_decided_by_id')),
    sa.ForeignKeyConstraint(['evidence_id'], ['attachments.id'], name=op.f('fk_clock_changes_evidence_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['users.id'], name=op.f('fk_clock_changes_requested_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clock_changes'))
    )
    with op.batch_alter_table('clock_changes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clock_changes_complaint_id'), ['complaint_id'], unique=False)

    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reply_days', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('passed_on_number', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('acknowledged_channel', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('acknowledged_by_id', sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_complaints_passed_on_number'), ['passed_on_number'])
        batch_op.create_foreign_key(
            batch_op.f('fk_complaints_acknowledged_by_id'), 'users', ['acknowledged_by_id'], ['id']
        )


def downgrade() -> None:
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_complaints_acknowledged_by_id'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_complaints_passed_on_number'), type_='unique')
        batch_op.drop_column('acknowledged_by_id')
        batch_op.drop_column('acknowledged_channel')
        batch_op.drop_column('acknowledged_at')
        batch_op.drop_column('passed_on_number')
        batch_op.drop_column('reply_days')

    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.drop_column('recorded_at')

    op.drop_table('clock_changes')
