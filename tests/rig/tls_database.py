"""A test's PostgreSQL with a certificate, as RDS has one."""

import os
from pathlib import Path

from sqlalchemy import Engine, text

from tests.rig.certificates import own_certificate
from tests.rig.waiting import wait_for


def certificate_of(engine: Engine) -> Path:
    """Have the whole cluster offer TLS, if it does not yet; return whom to trust.

    `engine` logs in as a superuser. Whoever asks for no TLS gets none, as before.
    """
    plainly = engine.execution_options(isolation_level="AUTOCOMMIT")
    with plainly.connect() as admin:
        folder = Path(admin.execute(text("SHOW data_directory")).scalar_one())
        trusted = folder / "certificate.pem"
        if trusted.exists():
            return trusted
        made = own_certificate(folder)
        owner = folder.stat()
        for path in (made.path, made.key):
            os.chown(path, owner.st_uid, owner.st_gid)
            path.chmod(0o600)
        admin.execute(text(f"ALTER SYSTEM SET ssl_cert_file = '{made.path}'"))
        admin.execute(text(f"ALTER SYSTEM SET ssl_key_file = '{made.key}'"))
        admin.execute(text("ALTER SYSTEM SET ssl = on"))
        admin.execute(text("SELECT pg_reload_conf()"))
        shown = text("SHOW ssl")
        wait_for(lambda: admin.execute(shown).scalar_one() == "on", "PostgreSQL's TLS")
    return trusted
