-- A lane's own database. Every statement of an action leaves the run's id, so that what happened is a set.

create table setting (name text primary key, value text not null);
insert into setting values ('toggle', 'off'), ('switch', 'A'), ('route', 'straight'), ('outage', 'none');

create table item (
    id    integer primary key,
    queue text    not null,
    state text    not null default 'ERROR',
    run   text
);
insert into item (id, queue) select n, 'sql' || (n - 1) / 3 from generate_series(1, 3000) as n;
insert into item (id, queue) select 10000 + n, 'batch' || (n - 1) / 40 from generate_series(1, 8000) as n;
create index on item (queue, state);

create table effect (
    run  text not null,
    what text not null
);
