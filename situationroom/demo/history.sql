-- What follows from the activations of the morning; the tables were empty before.

insert into port (at, direction, carrier, message_at)
select at, 'in', case when id % 100 < 46 then 'S사' when id % 100 < 79 then 'L사' else '알뜰폰' end,
       case when id % 251 <> 0 then at + interval '0.8 s' end
from activation where kind = '번호이동';

insert into port (at, direction, carrier, message_at)
select at, 'out', case when id % 90 < 44 then 'S사' when id % 90 < 75 then 'L사' else '알뜰폰' end,
       case when id % 241 <> 0 then at + interval '0.9 s' end
from activation where id % 5 = 1;

insert into insurance_join (id, at, model, stage, mobins_at, kait_at, done_at)
select row_number() over (order by at, id), at, model, '완료',
       at + interval '0.3 s', at + interval '0.8 s', at + interval '0.8 s'
from activation where id % 50 < 21;

update insurance_join
set stage = '오류', kait_at = null, done_at = null,
    mobins_at = case when id % 422 = 0 then mobins_at end
where id % 211 = 0;

insert into error_queue (id, created_at, code, system, text, join_id, retries)
select row_number() over (order by id), at + interval '1 s',
       case when id % 422 = 0 then 'KAIT-E102' else 'MOB-E301' end,
       case when id % 422 = 0 then 'KAIT' else 'MOBINS' end,
       case when id % 422 = 0 then '보험 사전체크 오류 응답' else '단말보험 가입 접수 실패' end,
       id, (id / 211 % 3)::integer
from insurance_join where stage = '오류';

insert into ota_update (id, sold_at, model, done_at)
select row_number() over (order by at, id), at, model,
       case when id % 335 = 0 and at > now() - interval '11 min' then null
            else at + make_interval(secs => case when id % 335 = 0 then 240 else 8 + id % 30 end) end
from activation where id % 5 = 0 and kind <> '기기변경' and at < now() - interval '90 s';
