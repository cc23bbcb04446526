-- The operator's database on launch day, as far as the room looks at it.

create table launch (
    name  text        not null,
    began timestamptz not null,  -- the day's first minute that counts
    opens timestamptz not null   -- the sale opens
);

create table activation (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default now(),
    model   text        not null,
    kind    text        not null,  -- 신규, 번호이동, 기기변경
    channel text        not null   -- 온라인, 매장, 대리점
);
create index on activation (at);

create table port (
    id         bigint generated always as identity primary key,
    at         timestamptz not null,
    direction  text        not null check (direction in ('in', 'out')),
    carrier    text        not null,
    message_at timestamptz          -- when the activation message was generated; null: it was not
);
create index on port (at);

create table product_flow (
    at        timestamptz not null,
    flow      text        not null,
    requested integer     not null,
    failed    integer     not null
);
create index on product_flow (at);

create table insurance_join (
    id        bigint primary key,
    at        timestamptz not null,
    model     text        not null,
    stage     text        not null check (stage in ('MOBINS', '완료', '오류')),
    mobins_at timestamptz,  -- received by MOBINS
    kait_at   timestamptz,  -- checked by KAIT; null too where the check was skipped
    done_at   timestamptz   -- the customer can see it
);
create index on insurance_join (at);
create index on insurance_join (stage) where stage <> '완료';

create table error_queue (
    id         bigint primary key,
    created_at timestamptz not null,
    code       text        not null,
    system     text        not null,
    text       text        not null,
    join_id    bigint references insurance_join (id),
    state      text        not null default 'ERROR' check (state in ('ERROR', 'RETRY', 'DONE')),
    retries    integer     not null default 0,
    run        text,                 -- who last asked for it to be processed again
    done_at    timestamptz
);
create index on error_queue (state, code) where state <> 'DONE';
create index on error_queue (done_at) where state = 'DONE';

create table waiting_number (
    id      bigint primary key,
    at      timestamptz not null,
    number  text        not null,
    reason  text        not null,
    state   text        not null default 'WAITING' check (state in ('WAITING', 'RELEASED', 'DONE')),
    changed_by text,
    done_at timestamptz
);
create index on waiting_number (state) where state <> 'DONE';

create table ota_update (
    id      bigint primary key,
    sold_at timestamptz not null,
    model   text        not null,
    done_at timestamptz
);
create index on ota_update (sold_at);

create table complaint (
    at      timestamptz not null,
    subject text        not null
);
create index on complaint (at);

create table reference (
    code       text primary key,
    name       text        not null,
    part       text        not null,
    expected   boolean     not null,  -- how it should stand today
    enabled    boolean     not null,
    changed_by text        not null,
    changed_at timestamptz not null default now()
);

create table agency_route (
    agency     text primary key,
    route      text        not null default '직연동' check (route in ('직연동', '예비망')),
    changed_by text        not null,
    changed_at timestamptz not null default now()
);

create table agency_outage (
    id            bigint generated always as identity primary key,
    agency        text        not null references agency_route (agency),
    reason        text        not null,
    registered_by text        not null,
    registered_at timestamptz not null default now(),
    run           text,                 -- the run that registered it
    lifted_by     text,
    lifted_at     timestamptz
);
create unique index on agency_outage (agency) where lifted_at is null;

create table checklist (
    part      text not null,
    item      text not null,
    signed_by text,
    signed_at timestamptz,
    run       text,                 -- the run that signed it
    primary key (part, item)
);

create table prev_launch (
    minute integer primary key,  -- since that sale opened
    total  bigint  not null      -- activations of that day until then
);

create function tell() returns trigger language plpgsql as $$
begin
    perform pg_notify(tg_table_name, '');
    return null;
end $$;

create trigger tell after insert on activation for each statement execute function tell();
create trigger tell after insert or update on error_queue for each statement execute function tell();
create trigger tell after insert or update on waiting_number for each statement execute function tell();
create trigger tell after update on agency_route for each statement execute function tell();
create trigger tell after insert or update on agency_outage for each statement execute function tell();
create trigger tell after update on checklist for each statement execute function tell();
create trigger tell after update on reference for each statement execute function tell();
