"""keys by which lots and look-alike names are compared; words are searched in a new way"""
import unicodedata

import sqlalchemy as sa
from alembic import op

from cs.records.texts import lookalike_key

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

WITH_LOTS = ('shipments', 'complaints', 'return_lines')
INVISIBLE = dict.fromkeys(
    [0xAD, 0x180E, 0x200B, 0x200C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)


def comparable(text) -> str:
    """Return a text as it is compared from now on; a copy, so that this migration stays what it was."""
    folded = unicodedata.normalize('NFKC', text or '').translate(INVISIBLE).casefold()
    return unicodedata.normalize('NFKC', ''.join(folded.split()))


def shipment_key(row) -> str:
    order_no, lot_no = comparable(row.order_no), comparable(row.lot_no)
    return f'{row.customer_id}/{row.product_id}/{order_no}/{lot_no}/{row.shipped_on.isoformat()}'


NATURAL_KEYS = {
    'customers': (('full_name',), lambda row: comparable(row.full_name)),
    'products': (('model',), lambda row: comparable(row.model)),
    'shipments': (('customer_id', 'product_id', 'order_no', 'lot_no', 'shipped_on'), shipment_key),
}


def table_of(name: str, *columns: str) -> sa.TableClause:
    types = {'shipped_on': sa.Date(), 'id': sa.Integer()}
    return sa.table(name, *(sa.column(column, types.get(column)) for column in ('id', *columns)))


def upgrade() -> None:
    for name in WITH_LOTS:
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.add_column(sa.Column('lot_key', sa.String(), nullable=True))
            batch_op.create_index(batch_op.f(f'ix_{name}_lot_key'), ['lot_key'], unique=False)
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lookalike_key', sa.String(), nullable=True))
        batch_op.create_index(batch_op.f('ix_customers_lookalike_key'), ['lookalike_key'], unique=False)
    for name in WITH_LOTS:
        fill_keys(table_of(name, 'lot_no', 'lot_key'), 'lot_key', 'lot_no', comparable)
    customers = table_of('customers', 'full_name', 'lookalike_key')
    fill_keys(customers, 'lookalike_key', 'full_name', lookalike_key)
    for name, (columns, key_of) in NATURAL_KEYS.items():
        renew_natural_keys(table_of(name, *columns, 'natural_key', 'state'), key_of)
    connection = op.get_bind()
    for name in sa.inspect(connection).get_table_names():
        if 'search_text' in {column['name'] for column in sa.inspect(connection).get_columns(name)}:
            # The start after this migration indexes what has no search text.
            connection.execute(sa.update(table_of(name, 'search_text')).values(search_text=''))


def fill_keys(table: sa.TableClause, column: str, source: str, key_of) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(table.c.id, table.c[source]).where(table.c[source].is_not(None))).all()
    keys = [{'row_id': row_id, 'key': key_of(text) or None} for row_id, text in rows]
    if keys:
        connection.execute(
            sa.update(table).where(table.c.id == sa.bindparam('row_id')).values({column: sa.bindparam('key')}),
            keys,
        )


def renew_natural_keys(table: sa.TableClause, key_of) -> None:
    """Write the keys that changed. Where an older record has the new key already, both stay as they are:
    people void one of them."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(table).order_by(table.c.id)).all()
    taken = {row.natural_key for row in rows if row.state == 'active'}
    for row in rows:
        key = key_of(row)
        if key == row.natural_key or (row.state == 'active' and key in taken):
            continue
        connection.execute(sa.update(table).where(table.c.id == row.id).values(natural_key=key))
        if row.state == 'active':
            taken.add(key)


def downgrade() -> None:
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_customers_lookalike_key'))
        batch_op.drop_column('lookalike_key')
    for name in reversed(WITH_LOTS):
        with op.batch_alter_table(name, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f'ix_{name}_lot_key'))
            batch_op.drop_column('lot_key')
