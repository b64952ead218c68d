"""measures of complaints without a CAR, and the check of their effect; calls to meetings, roles, places"""
import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('complaint_measures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('action_kind', sa.String(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('cause_kind', sa.String(), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('done_note', sa.Text(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['complaint_id'], ['complaints.id'], name=op.f('fk_complaint_measures_complaint_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_complaint_measures_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint_measures'))
    )
    with op.batch_alter_table('complaint_measures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_complaint_measures_complaint_id'), ['complaint_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_complaint_measures_owner_id'), ['owner_id'], unique=False)

    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.add_column(sa.Column('escape_cause', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('check_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('verification_method', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('verification_data', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('effect', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('verified_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_replies_verified_by_id'), 'users', ['verified_by_id'], ['id'])

    op.create_table('complaint_meeting_calls',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint_id', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('meets_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('department', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['complaint_id'], ['complaints.id'], name=op.f('fk_complaint_meeting_calls_complaint_id')),
    sa.ForeignKeyConstraint(['department'], ['departments.code'], name=op.f('fk_complaint_meeting_calls_department')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint_meeting_calls')),
    sa.UniqueConstraint('complaint_id', 'round', name=op.f('uq_complaint_meeting_calls_complaint_id'))
    )
    with op.batch_alter_table('complaint_meeting_calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_complaint_meeting_calls_complaint_id'), ['complaint_id'], unique=False)

    op.create_table('complaint_invitees',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('call_id', sa.Integer(), nullable=False),
    sa.Column('department', sa.String(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('call_note', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['call_id'], ['complaint_meeting_calls.id'], name=op.f('fk_complaint_invitees_call_id')),
    sa.ForeignKeyConstraint(['department'], ['departments.code'], name=op.f('fk_complaint_invitees_department')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_complaint_invitees_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint_invitees')),
    sa.UniqueConstraint('call_id', 'user_id', name=op.f('uq_complaint_invitees_call_id'))
    )
    with op.batch_alter_table('complaint_invitees', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_complaint_invitees_call_id'), ['call_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_complaint_invitees_user_id'), ['user_id'], unique=False)

    with op.batch_alter_table('complaint_attendees', schema=None) as batch_op:
        batch_op.add_column(sa.Column('team_role', sa.String(), nullable=True))

    with op.batch_alter_table('complaint_places', schema=None) as batch_op:
        batch_op.add_column(sa.Column('defect_qty', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('confirmed_by_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_complaint_places_confirmed_by_id'), 'users', ['confirmed_by_id'], ['id'])
        batch_op.create_check_constraint('defective_within_found', 'defect_qty <= found_qty')

    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.add_column(sa.Column('call_needed', sa.Boolean(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('complaints', schema=None) as batch_op:
        batch_op.drop_column('call_needed')

    with op.batch_alter_table('complaint_places', schema=None) as batch_op:
        batch_op.drop_constraint('defective_within_found', type_='check')
        batch_op.drop_constraint(batch_op.f('fk_complaint_places_confirmed_by_id'), type_='foreignkey')
        batch_op.drop_column('confirmed_by_id')
        batch_op.drop_column('defect_qty')

    with op.batch_alter_table('complaint_attendees', schema=None) as batch_op:
        batch_op.drop_column('team_role')

    with op.batch_alter_table('complaint_invitees', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_complaint_invitees_user_id'))
        batch_op.drop_index(batch_op.f('ix_complaint_invitees_call_id'))

    op.drop_table('complaint_invitees')
    with op.batch_alter_table('complaint_meeting_calls', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_complaint_meeting_calls_complaint_id'))

    op.drop_table('complaint_meeting_calls')
    with op.batch_alter_table('replies', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_replies_verified_by_id'), type_='foreignkey')
        batch_op.drop_column('verified_by_id')
        batch_op.drop_column('verified_at')
        batch_op.drop_column('effect')
        batch_op.drop_column('verification_data')
        batch_op.drop_column('verification_method')
        batch_op.drop_column('check_on')
        batch_op.drop_column('escape_cause')

    with op.batch_alter_table('complaint_measures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_complaint_measures_owner_id'))
        batch_op.drop_index(batch_op.f('ix_complaint_measures_complaint_id'))

    op.drop_table('complaint_measures')
