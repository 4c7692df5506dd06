"""When alarms ring: every limit in one table, with its reason.

Those without one are what operations asked for. `docs/runbook.md` shows the same rules.
"""

from infra.monitoring.limit import Limit, Times, above, at_least, below

# jobs

OLDEST_JOB_AGE = Limit(
    "Oldest job age",
    "A job was sent more than ten minutes ago and is not over.",
    above(600, "s"),
    Times(5, every_min=1),
)

BACKLOG_WARNING = Limit(
    "Backlog",
    "More jobs wait than the workers take.",
    above(10),
    Times(10, every_min=1),
    part="warning",
)
"""Ten minutes: new workers, which the same jobs called, need several to start."""

BACKLOG_CRITICAL = Limit(
    "Backlog",
    "Far more jobs wait than the workers take, and scaling does not keep up.",
    above(50),
    Times(5, every_min=1),
    part="critical",
)

DEAD_LETTERS = Limit(
    "Dead letters",
    "A message was set aside and somebody has to look at it.",
    at_least(1),
    Times(3, every_min=5),
)
"""Fifteen minutes: the sweeper, every minute, sends anew or removes what needs nobody. While it
looks, letters are hidden, so the highest of five minutes counts."""

JOB_FAILURE_RATIO = Limit(
    "Job failure ratio",
    "Many attempts fail beside those that complete.",
    above(30, "%"),
    Times(1, every_min=15),
)

LEAST_FAILURES = 5
"""Below that there is no ratio: one broken video alone fails three times."""

# workers

BACKLOG_WITHOUT_WORKERS = Limit(
    "Backlog without workers",
    "Jobs have waited for 15 minutes and no task runs.",
    at_least(1),
    Times(3, every_min=5),
)

RUNNING_BELOW_DESIRED = Limit(
    "Running below desired",
    "ECS has wanted more tasks than run for 15 minutes.",
    at_least(1),
    Times(3, every_min=5),
)
"""Fifteen minutes: a new GPU instance that fetches our image may take more than five."""

HEARTBEATS_MISSED = Limit(
    "Heartbeats missed",
    "Workers cannot renew their leases.",
    at_least(3),
    Times(2, of=3, every_min=5),
)
"""A lease lasts nearly five beats (`LEASE_S`, `HEARTBEAT_S`): one miss is harmless, and so are all
workers' while the database fails over, which takes a minute or two."""

LEASES_LOST = Limit(
    "Leases lost",
    "Attempts end because their jobs belong to other workers.",
    at_least(3),
    Times(1, every_min=60),
)
"""One is a machine that paused; nothing is lost by it."""

GPU_FALLBACK = Limit(
    "GPU fallback to CPU",
    "A worker that should use a GPU uses the CPU.",
    at_least(1),
    Times(1, every_min=15),
)

WORKER_MEMORY = Limit(
    "Worker memory",
    "A task uses more than 90 % of its memory.",
    above(90, "%"),
    Times(5, every_min=1),
)

# API

API_5XX = Limit(
    "API 5xx",
    "Requests fail on our side.",
    above(1, "%"),
    Times(2, of=3, every_min=5),
)
"""Two of three: what passes within five minutes is passed over, what comes and goes is not."""

LEAST_ERRORS = 5
"""Fewer in five minutes are no ratio."""

API_P99 = Limit(
    "API p99",
    "One request in a hundred is slow.",
    above(2000, "ms"),
    Times(3, every_min=5),
)
"""README: half of all requests take 10 ms or less on one machine, with 16 clients. A network comes
on top, and a cold start of a second or two; what is slower for 15 minutes is something else."""

LEAST_REQUESTS = 100
"""Of fewer, the hundredth is the slowest: one cold start."""

# functions

LAMBDA_ERRORS = Limit(
    "Lambda errors",
    "A function ends with errors that are not answered.",
    at_least(3),
    Times(1, every_min=5),
)
"""What is called every minute and fails does so five times; one alone may be Lambda's own."""

LAMBDA_THROTTLES = Limit(
    "Lambda throttles",
    "More calls come at once than the functions' concurrency allows.",
    at_least(10),
    Times(2, of=3, every_min=5),
)

LAMBDA_DURATION = Limit(
    "Lambda duration",
    "A function comes near its time limit.",
    above(80, "%"),
    Times(3, every_min=5),
)

NO_SWEEP = Limit(
    "Sweeper errors",
    "No sweep has been done for ten minutes: it fails, or nobody calls it.",
    below(1),
    Times(2, every_min=5),
    part="no sweep",
)

SWEEP_INCOMPLETE = Limit(
    "Sweeper errors",
    "Sweep after sweep leaves something undone.",
    at_least(1),
    Times(3, every_min=5),
    part="left over",
)
"""Fifteen minutes: what a passing fault left, the next sweep has done."""

UPLOAD_EVENTS_NOT_CONSUMED = Limit(
    "Upload events not consumed",
    "S3's announcements of uploads are not read.",
    above(600, "s"),
    Times(5, every_min=1),
)
"""Longer than three tries take (`UPLOAD_EVENT_VISIBILITY_S`)."""

UPLOAD_EVENTS_SET_ASIDE = Limit(
    "Upload events set aside",
    "An announcement of an upload could not be handled and was set aside.",
    at_least(1),
    Times(3, every_min=5),
)

WEBHOOKS_NOT_DELIVERED = Limit(
    "Webhooks not delivered",
    "Not one webhook is taken.",
    at_least(5),
    Times(2, every_min=15),
    part="none taken",
)
"""Five tries of half an hour; one address that refuses is its owner's affair, if others take."""

WEBHOOKS_NOT_SENT = Limit(
    "Webhooks not delivered",
    "Nobody calls the sender of webhooks.",
    below(1),
    Times(3, every_min=5),
    part="not sent",
)

# database

DATABASE_CPU = Limit(
    "Database CPU",
    "PostgreSQL computes more than 80 % of the time.",
    above(80, "%"),
    Times(3, every_min=5),
)

DATABASE_STORAGE = Limit(
    "Database storage",
    "The disk of the database is nearly full, and did not grow by itself.",
    below(10, "%"),
    Times(6, every_min=5),
)
"""Of the disk as first deployed. RDS enlarges it when a tenth has been free for five minutes
("Managing capacity automatically with Amazon RDS storage autoscaling"): it had half an hour."""

DATABASE_CONNECTIONS = Limit(
    "Database connections",
    "Nearly all connections of the database are taken.",
    above(80, "%"),
    Times(5, every_min=1),
)

DATABASE_MEMORY = Limit(
    "Database memory",
    "PostgreSQL has little memory left.",
    below(10, "%"),
    Times(3, every_min=5),
)
