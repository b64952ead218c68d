"""A migration that has run somewhere stays byte for byte: sites that took it cannot take it again."""

from hashlib import sha256
from pathlib import Path

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"
# A new migration adds its line here when it lands; a line never changes.
HASHES = {
    "0001_first_tables.py": "f7f0bba11aa756a6",
    "0002_meetings_samples_corrective_actions.py": "a248a50e795deaf2",
    "0003_history.py": "d052814f259e487a",
    "0004_cause_verified.py": "035f801ddf573320",
    "0005_exports.py": "7e42c911cc3e4f1a",
    "0006_returns.py": "a4e9421d312817b9",
    "0007_password_for_some_minutes.py": "72227ef77457526a",
    "0008_receipt_content.py": "33ace856cf2cf85e",
    "0009_rows_of_meetings.py": "11a6aadab9408b3f",
    "0010_capa_needed.py": "d3867628cf47a244",
    "0011_reply_clock.py": "c9ca4fd455c37ac9",
    "0012_replenishments_to_the_letter.py": "f7d83271f6136902",
    "0013_occasional_measures.py": "9e5108cc81b3d9cf",
    "0014_effect_of_rework.py": "51271dab27ea7623",
    "0015_company_and_account_links.py": "1de6a1f9f70cb17f",
    "0016_costs_and_production_date.py": "4423b4bb4860cf8e",
    "0017_import_choices.py": "0090bb3316415779",
    "0018_rate_reason_and_who_carried_out.py": "f0625cf2c522d6a7",
    "0019_keys_of_lots_and_names.py": "36271230faa487de",
    "0020_login_failures_by_source.py": "47ef331b1c10f61d",
    "0021_traces.py": "8f79ea90203113c5",
}


def test_a_migration_that_has_run_never_changes():
    assert {path.name: sha256(path.read_bytes()).hexdigest()[:16] for path in VERSIONS.glob("*.py")} == HASHES
