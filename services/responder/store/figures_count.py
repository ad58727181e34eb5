"""The second half of the figures' SQL: the rows of `facts` counted by group, and all of them together."""

from __future__ import annotations

from typing import Final

from services.responder.domain.cohort import Cohort
from services.responder.store.figures_sql import REOPENED_WITHIN, elapsed, facts, in_unit, keys

_UNFINISHED: Final = "('running', 'paused', 'breached')"
_SENT: Final = "('sent', 'delivered')"
_UNFIT: Final = "acknowledgement_state = 'withheld' AND coalesce(clocks #>> '{acknowledge,state}' <> 'cancelled', true)"

_SUMS: Final = f"""
    count(*) AS complaints,
    count(*) FILTER (WHERE is_open) AS open,
    count(*) FILTER (WHERE state = 'resolved') AS resolved,
    count(*) FILTER (WHERE state = 'closed') AS closed,
    coalesce(sum(kept), 0) AS kept,
    coalesce(sum(missed), 0) AS missed,
    count(*) FILTER (WHERE acknowledgement_state IN {_SENT}) AS acknowledgements_sent,
    count(*) FILTER (WHERE {_UNFIT}) AS acknowledgements_withheld,
    count(*) FILTER (WHERE acknowledgement_state = 'withheld' AND NOT ({_UNFIT})) AS acknowledgements_nobody,
    count(*) FILTER (WHERE acknowledgement_state = 'failed') AS acknowledgements_failed,
    count(*) FILTER (WHERE acknowledgement_state = 'queued') AS acknowledgements_queued,
    count(*) FILTER (WHERE resolutions > 0) AS ever_resolved,
    count(*) FILTER (WHERE reopened_soon > 0) AS reopened,
    count(*) FILTER (WHERE reopened_soon = 0 AND resolved_at + {REOPENED_WITHIN} > $3) AS still_possible,
    count(*) FILTER (WHERE at_first_contact) AS at_first_contact,
    coalesce(sum(transfers), 0) AS transfers,
    count(*) FILTER (WHERE transfers > 0) AS transferred,
    count(*) FILTER (WHERE returned) AS returned,
    coalesce(sum(chases_before_due), 0)::bigint AS chases_before_due,
    coalesce(sum(chases_after_due), 0)::bigint AS chases_after_due,
    count(*) FILTER (WHERE chases_before_due + chases_after_due > 0) AS chased,
    coalesce(sum(updates), 0)::bigint AS updates,
    coalesce(sum(proactive), 0)::bigint AS proactive,
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY silence) AS silence,
    max(silence) AS silence_max,
    percentile_disc(ARRAY[0.5, 0.9, 0.99]) WITHIN GROUP (ORDER BY age) AS age,
    max(age) AS age_max,
    percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY untouched) AS untouched,
    max(untouched) AS untouched_max,
    count(*) FILTER (WHERE consumed < 0.5) AS consumed_under_50,
    count(*) FILTER (WHERE consumed >= 0.5 AND consumed < 0.8) AS consumed_from_50,
    count(*) FILTER (WHERE consumed >= 0.8 AND consumed <= 1) AS consumed_from_80,
    count(*) FILTER (WHERE consumed > 1) AS consumed_over_100,
    count(*) FILTER (WHERE is_open AND consumed IS NULL) AS consumed_no_clock,
    count(*) FILTER (WHERE jsonb_array_length(resolution->'redress') > 0) AS with_redress,
    count(*) FILTER (WHERE resolution->>'outcome' <> ALL ($16::text[]) AND first_human_at IS NULL)
        AS without_an_answer,
    coalesce(sum(steps), 0)::bigint AS steps,
    coalesce(sum(steps_done), 0)::bigint AS steps_done,
    coalesce(sum(steps_skipped), 0)::bigint AS steps_skipped
"""

# What ended when, by the terms of which clock, and whether it is still waited for where it has not.
_ENDS: Final = f"""(VALUES
    ('acknowledge', f.acknowledged_at, f.clocks->'acknowledge',
        coalesce(f.clocks #>> '{{{{acknowledge,state}}}}' IN {_UNFINISHED}, f.is_open)),
    ('first_response', f.first_human_at, f.clocks->'first_response',
        coalesce(f.clocks #>> '{{{{first_response,state}}}}' IN {_UNFINISHED}, f.is_open)),
    ('final_response', f.final_at, coalesce(f.clocks->'final_response', f.clocks->'resolve'), f.is_open),
    ('resolve', f.resolved_at, f.clocks->'resolve', f.is_open),
    ('close', f.closed_at, f.clocks->'resolve', true)
) AS ends (name, at, clock, waits)"""

_UNIT: Final = "CASE WHEN cal.name IS NOT NULL THEN ends.clock->>'unit' END"

# Neither is merged into what counts it (OFFSET 0): sorting must not carry whole states and calendars along.
_DURATIONS: Final = f"""
    SELECT {{keys}} f.received_at, ends.name, ends.at IS NULL AND ends.waits AS waits,
           {elapsed("f.received_at", "ends.at")} AS seconds,
           CASE WHEN ends.at IS NOT NULL THEN coalesce(replace({_UNIT}, 'months', 'calendar_days'), '?') END AS unit,
           CASE WHEN cal.name IS NOT NULL AND ends.at IS NOT NULL
                THEN {in_unit("f.received_at", "ends.at", "ends.clock->>'unit'", "cal")} END
               AS in_unit
    FROM facts AS f CROSS JOIN LATERAL {_ENDS}
    LEFT JOIN calendars AS cal ON cal.name = ends.clock->>'calendar' AND f.received_at >= cal.first + 1
    OFFSET 0
"""  # noqa: S608 - constants

_COUNTED_DURATIONS: Final = f"""
    jsonb_build_object(
        'ended', count(seconds), 'unanswered', count(*) FILTER (WHERE waits),
        'longest', max({elapsed("received_at", "$3")}) FILTER (WHERE waits),
        'seconds', percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds),
        'unit', CASE WHEN min(unit) = max(unit) THEN nullif(min(unit), '?') END,
        'in_unit', percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY in_unit))
"""

_CODES: Final = """
    SELECT {keys} told.what, told.code FROM facts AS f CROSS JOIN LATERAL (
        SELECT 'clocks_' || CASE
                   WHEN c.value->>'state' = 'met' THEN 'met'
                   WHEN c.value->>'state' IN ('breached', 'met_late') THEN 'breached'
                   WHEN c.value->>'state' = 'running' AND (c.value->>'due_at')::timestamptz < $3 THEN 'breached'
                   WHEN c.value->>'state' IN ('running', 'paused') THEN 'running' END, c.key
        FROM jsonb_each(f.clocks) AS c WHERE c.value->>'expires' = 'breach'
        UNION ALL SELECT 'outcome', f.resolution->>'outcome'
        UNION ALL SELECT 'root_cause', f.resolution->>'root_cause'
        UNION ALL SELECT 'redress', jsonb_array_elements_text(f.resolution->'redress')
        UNION ALL SELECT 'withheld', unnest(string_to_array(f.acknowledgement->>'reason', ', '))
                  WHERE f.acknowledgement_state = 'withheld'
    ) AS told (what, code) WHERE told.what IS NOT NULL AND told.code IS NOT NULL
    OFFSET 0
"""


def statement(cohort: Cohort) -> str:
    """Return the statement whose rows are (is the total, part, name, group's values..., counted as JSON).

    The first row says by `part` 'few' or 'many' whether there are no more groups than may be; of many, nothing is
    counted.
    """
    names = list(keys(cohort))
    selected = "".join(f", {name}" for name in names)
    empty = "".join(", NULL" for _ in names)
    total = f"(GROUPING({', '.join(names)}) <> 0)" if names else "true"
    sets = f"GROUPING SETS (({', '.join(names)}), ())" if names else "()"
    with_name = f"GROUPING SETS (({', '.join(names)}, name), (name))" if names else "(name)"
    with_code = f"GROUPING SETS (({', '.join(names)}, what, code), (what, code))" if names else "(what, code)"
    each = f"FROM facts GROUP BY {', '.join(names)}" if names else ""
    few = "(SELECT ok FROM few)"
    carried = "".join(f"f.{name}, " for name in names)
    return f"""WITH {facts(cohort)},
few AS MATERIALIZED (SELECT count(*) <= $4::integer AS ok FROM (SELECT 1 {each} LIMIT $4 + 1) AS groups)
SELECT true, CASE WHEN ok THEN 'few' ELSE 'many' END, ''{empty}, 'null'::jsonb FROM few
WHERE $15::text IS NOT NULL
UNION ALL
SELECT total, 'sums', ''{selected}, to_jsonb(sums) FROM (
    SELECT {total} AS total{selected}, {_SUMS}
    FROM (SELECT *, CASE WHEN is_open THEN {elapsed("received_at", "$3::timestamptz")} END AS age FROM facts) AS f
    WHERE {few} GROUP BY {sets}) AS sums
UNION ALL
SELECT {total}, 'durations', name{selected}, {_COUNTED_DURATIONS}
FROM ({_DURATIONS.format(keys=carried)}) AS durations WHERE {few} GROUP BY {with_name}
UNION ALL
SELECT {total}, what, code{selected}, to_jsonb(count(*))
FROM ({_CODES.format(keys=carried)}) AS codes WHERE {few} GROUP BY {with_code}"""  # noqa: S608 - names of ours
