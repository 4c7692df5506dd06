import socket
import threading
from dataclasses import replace

import pytest

from shared.errors import WebhookRefused
from shared.webhooks.addresses import MAX_URL, AddressGuard, system_dns
from shared.webhooks.public import is_public

PUBLIC = "93.184.215.14"
PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",  # a cloud's metadata
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",  # metadata
    "169.254.170.2",  # a container's credentials
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",  # metadata
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%1",
    "fec0::1",
    "ff02::1",
    "no address",
]

URLS = [
    "http://coach.example/hook",
    "ftp://coach.example/hook",
    "//coach.example/hook",
    "coach.example/hook",
    "file:///etc/passwd",
    "https://",
    "https:///hook",
    "https://user@coach.example/",
    "https://user:word@coach.example/",
    "https://@coach.example/",
    "https://coach.example/#part",
    "https://coach.example/#",
    "https://coach.example:22/",
    "https://coach.example:80/",
    "https://coach.example:0/",
    "https://coach.example:1023/",
    "https://coach.example:70000/",
    "https://coach.example:-1/",
    "https://coach.example:port/",
    "https://coach.example\\@internal/",
    "https://coach.example/a b",
    "https://coach.example/\r\nX-Evil: 1",
    "https://coach.example/\0",
    "https://cöach.example/",
    "https://ⓛocalhost/",
    "https://coach..example/",
    "https://-coach.example/",
    "https://coach.example%2f@internal/",
    "https://coach%2eexample/",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 130}example/",
    f"https://coach.example/{'a' * MAX_URL}",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://1.2.3.4.5/",
    "https://127.0.0.1./",
    "https://[::1/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[v1.host]/",
    "https://[93.184.215.14]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/",
]


def guard(*ips, **options):
    """Every name leads to these addresses."""
    return AddressGuard(resolve=lambda host, port: ips, **options)


@pytest.mark.parametrize("ip", NOT_PUBLIC)
def test_what_is_not_the_open_internet_is_not_called(ip):
    assert not is_public(ip)
    with pytest.raises(WebhookRefused):
        guard(ip).check("https://coach.example/")


@pytest.mark.parametrize("ip", [PUBLIC, "1.1.1.1", "100.128.0.1", "172.32.0.1", PUBLIC_V6])
def test_the_open_internet_is_called(ip):
    assert is_public(ip)
    assert guard(ip).check("https://coach.example/").ips == (ip,)


def test_behind_nat64_the_address_within_decides():
    assert is_public("64:ff9b::5db8:d70e")


@pytest.mark.parametrize("url", URLS, ids=range(len(URLS)))
def test_an_odd_address_is_refused(url):
    with pytest.raises(WebhookRefused):
        guard(PUBLIC).check(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "header"),
    [
        ("https://Coach.Example", "coach.example", 443, "/", "coach.example"),
        ("https://coach.example:443/a?b=c", "coach.example", 443, "/a?b=c", "coach.example"),
        ("https://coach.example:8443?b", "coach.example", 8443, "/?b", "coach.example:8443"),
        ("https://coach.example./x", "coach.example.", 443, "/x", "coach.example."),
        ("https://xn--cach-5qa.example/%20", "xn--cach-5qa.example", 443, "/%20", None),
        (f"https://{PUBLIC}/", PUBLIC, 443, "/", PUBLIC),
        (f"https://[{PUBLIC_V6}]:1024/", PUBLIC_V6, 1024, "/", f"[{PUBLIC_V6}]:1024"),
    ],
)
def test_an_address_is_taken_apart_once(url, host, port, path, header):
    target = guard(PUBLIC).check(url)
    assert (target.scheme, target.host, target.port, target.path) == ("https", host, port, path)
    assert target.host_header == (header or host)
    guard("127.0.0.1").check_again(target)  # which asks for no address anew


def test_the_longest_address_holds_at_a_second_look_too():
    url = f"https://coach.example?{'x' * MAX_URL}"[:MAX_URL]
    target = guard(PUBLIC).check(url)
    assert len(target.url) > MAX_URL
    guard().check_again(target)


@pytest.mark.parametrize("ip", NOT_PUBLIC)
def test_at_a_second_look_a_private_address_is_refused_too(ip):
    target = guard(PUBLIC).check("https://coach.example/")
    for ips in ((ip,), (PUBLIC, ip)):
        with pytest.raises(WebhookRefused):
            guard(PUBLIC).check_again(replace(target, ips=ips))


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    with pytest.raises(WebhookRefused):
        guard(PUBLIC, "10.0.0.1").check("https://coach.example/")


def test_a_name_without_an_address_is_refused_in_the_same_words():
    def nobody(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    said = []
    for one in (AddressGuard(nobody), guard(), guard("10.0.0.1")):
        with pytest.raises(WebhookRefused) as refused:
            one.check("https://db.internal/")
        said.append(str(refused.value))
    assert len(set(said)) == 1


def test_a_written_ip_is_not_looked_up():
    def never(host, port):
        raise AssertionError(host)

    assert AddressGuard(never).check(f"https://{PUBLIC}/").ips == (PUBLIC,)


def test_a_name_that_changes_its_mind_is_refused_at_the_next_call():
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    rebinding = AddressGuard(resolve=lambda host, port: next(answers))
    assert rebinding.check("https://coach.example/").ips == (PUBLIC,)
    with pytest.raises(WebhookRefused):
        rebinding.check("https://coach.example/")


def test_ipv4_is_tried_first_and_nothing_twice():
    target = guard(PUBLIC_V6, PUBLIC, PUBLIC).check("https://coach.example/")
    assert target.ips == (PUBLIC, PUBLIC_V6)


def test_a_developer_may_be_called_on_this_machine():
    own = guard(allow_private=True)
    target = own.check("http://127.0.0.1:80/hook")
    assert (target.scheme, target.port, target.ips) == ("http", 80, ("127.0.0.1",))
    assert target.host_header == "127.0.0.1"
    for url in ("ftp://127.0.0.1/", "http://user@127.0.0.1/", "http://127.0.0.1:0/"):
        with pytest.raises(WebhookRefused):
            own.check(url)


def test_the_systems_dns_is_asked():
    assert "127.0.0.1" in system_dns("localhost", 443)
    with pytest.raises(OSError, match=r"."):
        system_dns("nothing.invalid", 443)


def test_a_name_server_that_never_answers_is_not_waited_for(monkeypatch):
    woken = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: woken.wait(5) and [])
    with pytest.raises(TimeoutError):
        system_dns("slow.example", 443, timeout_s=0.05)
    woken.set()
