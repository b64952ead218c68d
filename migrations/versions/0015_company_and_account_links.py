"""the company's name, logo and address; links by which people choose their first password"""
import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('company_settings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('zh', sa.String(), nullable=True),
    sa.Column('en', sa.String(), nullable=True),
    sa.Column('logo', sa.String(), nullable=True),
    sa.Column('logo_name', sa.String(), nullable=True),
    sa.Column('logo_mime', sa.String(), nullable=True),
    sa.Column('web_address', sa.String(), nullable=True),
    sa.Column('first_steps_hidden', sa.Boolean(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('head_hash', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('void_reason', sa.Text(), nullable=True),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['created_by_id'], ['users.id'], name=op.f('fk_company_settings_created_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_company_settings'))
    )
    op.create_table('account_links',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_account_links_user_id')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_account_links')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_account_links_token_hash'))
    )


def downgrade() -> None:
    op.drop_table('account_links')
    op.drop_table('company_settings')
