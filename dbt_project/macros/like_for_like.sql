{# The same day of an earlier month; the last one for a last one. reporting/comparisons.py has the
   same for days that a reader chooses, and a test holds the two to each other. #}
{% macro same_day(day, months) -%}
    case
        when {{ day }} = {{ last_of_month(day) }}
            then {{ last_of_month(add_months(day, -months)) }}
        else {{ add_months(day, -months) }}
    end
{%- endmacro %}

{# The day on which an earlier month was as old. A month that is not over is compared with one that
   is not over either: on its last day a month gets charges that no day before it has. #}
{% macro day_of_life(day, months) -%}
    case
        when
            {{ add_months(day, -months) }}
            = {{ last_of_month(add_months(day, -months)) }}
            and {{ day }} != {{ last_of_month(day) }}
            then {{ add_days(add_months(day, -months), -1) }}
        else {{ same_day(day, months) }}
    end
{%- endmacro %}
