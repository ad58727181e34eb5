"""The SQL of the figures: what became of each complaint of a cohort, in a row each, then counted by group.

Everything is read from the state and the ledger of the complaint. Names in braces are ours, never a caller's; what a
caller says is an argument: $1 since, $2 until, $3 now, $4 how many groups at the most, $5-$14 calendars, $15 zone,
$16 the outcomes after which nobody waits for an answer, then the values that narrow the cohort.
"""

from __future__ import annotations

from typing import Final

from services.responder.domain.cohort import Cohort

FIRST_FREE: Final = 17
"""The number of the first argument that narrows the cohort."""

REOPENED_WITHIN: Final = "interval '30 days'"
_POINTS: Final = "('opened', 'acknowledged', 'reply_sent', 'resolved', 'reopened')"
_READ: Final = (
    "('opened', 'acknowledged', 'reply_sent', 'resolved', 'reopened', 'message', 'waiting', 'resumed', 'extended', "
    "'rebased')"
)
_OPEN: Final = "('open', 'waiting_for_customer')"
_UNFINISHED: Final = "('running', 'paused', 'breached')"

_CALENDARS: Final = """
calendars AS MATERIALIZED (
    SELECT name, zone, first, ($11::float8[])[lo:hi] AS opens, ($12::float8[])[lo:hi] AS lengths,
           ($13::float8[])[lo:hi] AS before,
           ($14::integer[])[(n - 1) * 2 * days + 1:(n * 2 - 1) * days] AS business,
           ($14::integer[])[(n * 2 - 1) * days + 1:n * 2 * days] AS working
    FROM unnest($5::text[], $6::text[], $7::date[], $8::integer[], $9::integer[], $10::integer[])
        WITH ORDINALITY AS given (name, zone, first, lo, hi, days, n)
)"""

# In the order in which it truly happened; `before` leaves out the entry itself.
_TOLD: Final = f"""
    SELECT kind, at, final,
           max(at) FILTER (WHERE kind IN {_POINTS}) OVER earlier AS point_before,
           coalesce(sum(CASE kind WHEN 'resolved' THEN 1 WHEN 'reopened' THEN -1 ELSE 0 END) OVER earlier, 0) AS ended,
           coalesce(sum(CASE kind WHEN 'waiting' THEN 1 WHEN 'resumed' THEN -1 ELSE 0 END) OVER earlier, 0) AS waiting,
           max(at) FILTER (WHERE kind = 'reply_sent') OVER earlier AS reply_before,
           max(at) FILTER (WHERE kind IN ('message', 'opened')) OVER earlier AS said_before,
           max(at) FILTER (WHERE kind = 'resolved') OVER earlier AS resolved_before,
           array_agg(due) FILTER (WHERE due IS NOT NULL) OVER earlier AS dues
    FROM (
        SELECT seq, kind, at, kind = 'reply_sent' AND data->>'final' = 'true' AS final,
               (CASE WHEN kind <> 'extended' THEN data #>> '{{clocks,next_update,due_at}}'
                     WHEN data->>'clock' = 'next_update' THEN data->>'due_at' END)::timestamptz AS due
        FROM responder.timeline AS t
        WHERE t.complaint_id = w.complaint_id AND t.kind IN {_READ}
          AND (t.kind <> 'acknowledged' OR t.at >= s.acknowledged_at)
    ) AS entries
    WINDOW earlier AS (ORDER BY at, seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
"""  # noqa: S608 - constants

_LED: Final = f"""
    SELECT min(at) FILTER (WHERE final) AS final_at,
           max(at - point_before) FILTER (WHERE kind IN {_POINTS} AND ended = 0) AS silence,
           max(at) FILTER (WHERE kind IN {_POINTS}) AS last_point,
           count(*) FILTER (WHERE kind = 'reply_sent' AND reply_before IS NOT NULL) AS updates,
           count(*) FILTER (WHERE kind = 'reply_sent' AND reply_before > said_before) AS proactive,
           count(*) FILTER (WHERE asks AND coalesce(at < dues[cardinality(dues)], true)) AS chases_before_due,
           count(*) FILTER (WHERE asks AND at >= dues[cardinality(dues)]) AS chases_after_due,
           count(*) FILTER (WHERE kind = 'reopened' AND at <= resolved_before + {REOPENED_WITHIN}) AS reopened_soon
    FROM (SELECT *, kind = 'message' AND ended = 0 AND waiting = 0 AS asks FROM ({_TOLD}) AS told) AS asked
"""  # noqa: S608 - constants

_CLOCKED: Final = """
    SELECT count(*) FILTER (WHERE c.value->>'state' = 'met') AS met, count(*) FILTER (WHERE {late}) AS late
    FROM jsonb_each(s.clocks) AS c WHERE c.value->>'expires' = 'breach'
"""
_LATE: Final = """(c.value->>'state' IN ('breached', 'met_late')
        OR c.value->>'state' = 'running' AND (c.value->>'due_at')::timestamptz < $3)"""


def worked(instant: str, calendar: str) -> str:
    """Return the expression for the seconds that a calendar had worked by an instant."""
    return f"""(SELECT coalesce({calendar}.before[i] + least({calendar}.lengths[i], e - {calendar}.opens[i]), 0)
        FROM (SELECT e, width_bucket(e, {calendar}.opens) AS i
              FROM (SELECT extract(epoch FROM {instant})::float8 AS e) AS x OFFSET 0) AS y)"""  # noqa: S608 - ours


def elapsed(start: str, end: str) -> str:
    """Return the expression for the seconds between two instants, never below 0; NULL where one is not known."""
    return (
        f"CASE WHEN {end} >= {start} THEN extract(epoch FROM {end} - {start})::float8 WHEN {end} < {start} THEN 0 END"
    )


def in_unit(start: str, end: str, unit: str, calendar: str) -> str:
    """Return the expression for the time between two instants as a promise in that unit counts it.

    Days are counted as promises of days are: those behind the day of receipt, up to and with the last. A month has no
    length of its own: promises of months are told in calendar days.
    """
    days = f"(({end} AT TIME ZONE {calendar}.zone)::date - ({start} AT TIME ZONE {calendar}.zone)::date)"
    hours = f"({worked(end, calendar)} - {worked(start, calendar)})"

    def of_day(instant: str, kind: str) -> str:
        return f"{calendar}.{kind}[({instant} AT TIME ZONE {calendar}.zone)::date - {calendar}.first + 1]"

    return f"""greatest(CASE {unit}
        WHEN 'minutes' THEN {hours} / 60
        WHEN 'hours' THEN {hours} / 3600
        WHEN 'business_days' THEN {of_day(end, "business")} - {of_day(start, "business")}
        WHEN 'working_days' THEN {of_day(end, "working")} - {of_day(start, "working")}
        WHEN 'weeks' THEN {days} / 7.0
        ELSE {days} END::float8, 0)"""


def facts(cohort: Cohort) -> str:
    """Return the common table expressions: `calendars`, and `facts` with a row for each complaint of the cohort."""
    narrowed = "".join(f" AND w.{name} = ${FIRST_FREE + n}" for n, name in enumerate(cohort.only))
    since = " AND w.received_at >= $1" if cohort.since else " AND $1::timestamptz IS NULL"
    still_open = f" AND w.state IN {_OPEN}" if cohort.open_only else ""
    return f"""{_CALENDARS},
facts AS MATERIALIZED (
    SELECT {"".join(f"{key} AS {name}, " for name, key in keys(cohort).items())}
           w.received_at, w.state, w.state IN {_OPEN} AS is_open, w.acknowledgement_state, s.acknowledgement,
           s.clocks, s.resolution, s.first_human_at, s.resolved_at, s.closed_at, s.transfers, s.resolutions,
           least(s.acknowledged_at, s.first_human_at) AS acknowledged_at,
           s.kept + k.met AS kept, s.missed + k.late AS missed,
           s.resolutions > 0 AND s.messages_in = 1 AND s.messages_out <= 1 AND s.reopened = 0 AS at_first_contact,
           s.transfers > 0 AND (
               SELECT count(*) > count(DISTINCT q) FROM (
                   SELECT jsonb_array_elements_text(s.previous_queues) AS q UNION ALL SELECT w.queue
               ) AS visited) AS returned,
           led.final_at, led.updates, led.proactive, led.chases_before_due, led.chases_after_due, led.reopened_soon,
           greatest(extract(epoch FROM led.silence)::float8,
                    CASE WHEN w.state IN {_OPEN} THEN {elapsed("led.last_point", "$3::timestamptz")} END) AS silence,
           CASE WHEN w.state IN {_OPEN} THEN extract(epoch FROM $3 - {_TOUCHED})::float8 END AS untouched,
           CASE WHEN w.state IN {_OPEN} THEN {_consumed()} END AS consumed,
           played.*
    FROM responder.work AS w
    CROSS JOIN LATERAL json_to_record(convert_from(w.snapshot, 'UTF8')::json) AS s (
        kept integer, missed integer, transfers integer, resolutions integer, reopened integer, messages_in integer,
        messages_out integer, previous_queues jsonb, clocks jsonb, steps jsonb, resolution jsonb,
        acknowledgement jsonb, acknowledged_at timestamptz, first_human_at timestamptz, resolved_at timestamptz,
        closed_at timestamptz)
    CROSS JOIN LATERAL ({_CLOCKED.format(late=_LATE)}) AS k
    CROSS JOIN LATERAL ({_LED}) AS led
    CROSS JOIN LATERAL (
        SELECT count(*) AS steps, count(*) FILTER (WHERE x.value->>'state' = 'done') AS steps_done,
               count(*) FILTER (WHERE x.value->>'state' = 'skipped') AS steps_skipped
        FROM jsonb_array_elements(CASE WHEN w.state IN {_OPEN} THEN '[]'::jsonb ELSE s.steps END) AS x
    ) AS played
    LEFT JOIN calendars AS cal
        ON cal.name = s.clocks #>> '{{resolve,calendar}}' AND w.received_at >= cal.first + 1
    WHERE w.received_at < $2{since}{still_open}{narrowed}
)"""  # noqa: S608 - names of ours


def keys(cohort: Cohort) -> dict[str, str]:
    """Return what each complaint is told apart by, as expressions by the names of their columns."""
    found = {f"by_{name}": f"w.{name}" for name in cohort.by}
    if cohort.period:
        start = f"date_trunc('{cohort.period}', w.received_at, $15::text) AT TIME ZONE $15::text"
        found["by_period"] = f"to_char({start}, 'YYYY-MM-DD')"
    return found


_TOUCHED: Final = """(SELECT least($3, coalesce(max(t.at), w.received_at)) FROM responder.timeline AS t
            WHERE t.complaint_id = w.complaint_id AND t."by" NOT IN ('system', 'customer', 'router'))"""


def _consumed() -> str:
    """Return the expression for the share of `resolve` that is used up; NULL where it does not run."""
    clock = "s.clocks->'resolve'"
    started, due = f"({clock}->>'started_at')::timestamptz", f"({clock}->>'due_at')::timestamptz"
    until = f"coalesce(({clock}->>'paused_at')::timestamptz, $3)"
    paused = f"({clock}->>'paused_seconds')::float8"
    by_the_wall = f"cal.name IS NULL OR {clock}->>'unit' IN ('calendar_days', 'weeks', 'months')"
    measured = [
        f"CASE WHEN {by_the_wall} THEN {elapsed(started, end)} ELSE {worked(end, 'cal')} - {worked(started, 'cal')} END"
        for end in (until, due)
    ]
    spent, whole = (f"({seconds} - {paused})" for seconds in measured)
    # With no working time before it is due, it is whole until then and used up behind.
    return f"""CASE WHEN {clock}->>'state' IN {_UNFINISHED} THEN
        CASE WHEN {due} < $3 AND {clock}->>'state' <> 'paused' THEN 2.0
             ELSE least(coalesce({spent} / nullif({whole}, 0), 0), 1.0) END END"""
