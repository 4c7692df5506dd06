"""How long each part of sending a webhook may take. Plain numbers: couriers start with little."""

NAME_TIMEOUT_S = 5.0
"""To look the receiver's name up."""

CONNECT_TIMEOUT_S = 5.0
"""To reach one address of the receiver's."""

WALL_LIMIT_S = 15.0
"""How long one try may take in all, from the connection to the answer's headers. Above the time to
connect, so that there is something to hang up on."""

POST_LIMIT_S = CONNECT_TIMEOUT_S + WALL_LIMIT_S
"""The first address refuses at the last moment, the second one takes all its time."""

COURIER_LIMIT_S = round(POST_LIMIT_S + 5)
"""When Lambda ends a call of the courier: later, so that its own answer comes first."""

COURIER_START_S = 10
"""How long Lambda lets a function start before that time begins."""

COURIER_CONNECT_TIMEOUT_S = 2
"""To reach one address of Lambda's endpoint, which lies in our own network."""

COURIER_ADDRESSES = 2
"""Of that endpoint, one a zone (`infra/network.py`); each has its own time to be reached."""

COURIER_READ_TIMEOUT_S = COURIER_START_S + COURIER_LIMIT_S
"""To hear from the courier."""

TRY_LIMIT_S = (
    NAME_TIMEOUT_S + COURIER_ADDRESSES * COURIER_CONNECT_TIMEOUT_S + COURIER_READ_TIMEOUT_S
)
"""A whole try, whoever posts."""

BOOKKEEPING_S = 16.0
"""For the database around the last tries: to announce and take them, to note how they ended."""

LEASE_S = TRY_LIMIT_S + BOOKKEEPING_S
"""How long a message belongs to the sender that took it. Nearer its own end it takes none."""
