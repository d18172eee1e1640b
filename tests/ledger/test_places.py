"""Whether a file lies on another machine, as Linux tells it."""

from pathlib import Path

import pytest

from ledger.store.places import distant

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:21 / /srv rw,relatime shared:1 - nfs4 server:/export rw,vers=4.2
24 23 254:1 / /srv/here rw,relatime - xfs /dev/vdb rw
25 22 0:30 / /share\\040of\\040all rw - cifs //server/share rw
26 22 0:31 / /home rw - autofs systemd-1 rw
27 26 0:32 / /home rw master:1 propagate_from:2 - nfs server:/home rw
28 22 0:33 / /srvs rw - tmpfs tmpfs rw
29 22 0:34 / /cloud rw - fuse.sshfs me@server: rw
31 22 0:36 / /Büro\\134x rw - nfs4 server:/b rw
32 22 0:37 / /no\u00a0break rw - nfs4 server:/n rw
30 22 0:35 / /media/nfs4 rw - ext4 /dev/sdb rw
"""


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS, encoding="utf-8")
    monkeypatch.setattr("ledger.store.places._MOUNTS", tmp_path / "mountinfo")


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/a.ledger", None),
        ("/srv/a.ledger", "nfs4"),
        ("/srv/deep/er/a.ledger", "nfs4"),
        ("/srv/here/a.ledger", None),
        ("/srvs/a.ledger", None),
        ("/srvother/a.ledger", None),
        ("/share of all/a.ledger", "cifs"),
        ("/home/ada/a.ledger", "nfs"),
        ("/cloud/a.ledger", "fuse.sshfs"),
        ("/media/nfs4/a.ledger", None),
        ("/Büro\\x/a.ledger", "nfs4"),
        ("/no\u00a0break/a.ledger", "nfs4"),
    ],
)
def test_a_place_is_distant_when_the_innermost_mount_over_it_is(place: str, kind: str | None) -> None:
    assert distant(Path(place)) == kind


@pytest.mark.usefixtures("mounts")
def test_a_link_leads_to_where_it_points(tmp_path: Path) -> None:
    link = tmp_path / "a.ledger"
    link.symlink_to("/srv/a.ledger")

    assert distant(link) == "nfs4"


def test_where_nothing_is_told_no_place_is_distant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.places._MOUNTS", "/nowhere")

    assert distant(Path("/srv/a.ledger")) is None
