"""The demo's year: what happens in it, told case by case and lived in the order of time."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from random import Random

from cs.demo import old_register
from cs.demo.case_words import PACE
from cs.demo.cases import Case
from cs.demo.goods import AT_THE_GATE
from cs.demo.goods_walk import receive_unannounced_goods
from cs.demo.people import People
from cs.demo.plots import BEHIND, LAST_DONE, OPEN, PASSED_ON, Plot, Waiting
from cs.demo.remedies import walks_of_other_cars
from cs.demo.trade import Trade, random_for
from cs.demo.walks import Walk
from cs.models.holidays import work_calendar
from cs.records.events import site_head
from cs.records.procedure import rulebook, zone

DAYS = 365
HOUR = timedelta(hours=1)

# How many complaints a month brings: the rush and the new hands before the Spring Festival, then the summer's
# heat.
MONTHS = {1: 1.5, 2: 0.7, 3: 0.8, 4: 0.8, 5: 0.9, 6: 1.2, 7: 1.6, 8: 1.5, 9: 1.0, 10: 0.8, 11: 0.9, 12: 1.3}


class Year:
    """The year that ends `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.rng = random_for("year")
        self.calendar = work_calendar()
        self.first_day = self.calendar.next_working_day(now.date() - timedelta(days=DAYS))
        self.sleeping: list[tuple[datetime, int, Walk]] = []
        self.started = 0
        self.away: dict[
            str, tuple[date, date]
        ] = {}  # of a role: from which day to which its holder has a deputy
        self._counts: Counter[str] = Counter()
        self.people: People
        self.trade: Trade
        self.chain = site_head()  # kept in hand: each event moves it

    def live(self) -> None:
        """Live the year: each walk sleeps until its next moment, and the earliest wakes first."""
        self._introduce()
        for walk in [
            self._shipments(),
            *self._office(),
            *self._cases(),
            *self._gate(),
            *walks_of_other_cars(self, lambda day: self._at(day, 9, 25)),
        ]:
            self.start(walk)
        while self.sleeping:
            _, number, walk = heappop(self.sleeping)
            self._sleep(number, walk)

    def start(self, walk: Walk) -> None:
        """Begin a walk that goes its own way from here on."""
        self.started += 1
        self._sleep(self.started, walk)

    def _sleep(self, number: int, walk: Walk) -> None:
        """Put a walk to sleep until its next moment; what would come after `now` has not happened yet."""
        moment = next(walk, None)
        if moment is not None and moment <= self.now:
            heappush(self.sleeping, (moment, number, walk))

    def count(self, what: str) -> int:
        """Return the next running number of something."""
        self._counts[what] += 1
        return self._counts[what]

    def reply_due(self, heard_at: datetime, deadline: datetime | None, agreed_days: int | None) -> datetime:
        return rulebook().reply.due_at(
            heard_at, self.calendar, customer_deadline=deadline, agreed_days=agreed_days
        )

    # The first day

    def _introduce(self) -> None:
        """Make the accounts, models, customers, the older register and the shipments of the weeks before."""
        self.people = People(self._moments(self._at(self.first_day, 8, 5), 1))
        self.trade = Trade(self.people, random_for("trade"))
        self.trade.add_models(self._moments(self._at(self.first_day, 8, 40), 2))
        self.trade.add_customers(self._moments(self._at(self.first_day, 9, 40), 3))
        self.trade.add_part_numbers(self._moments(self._at(self.first_day, 15, 0), 2))
        old_register.bring_in(self.people["sales_manager"], self._at(self.first_day, 16, 20))
        earlier = [
            self.calendar.next_working_day(self.first_day - timedelta(days=70 - n * 2 // 3))
            for n in range(100)
        ]
        self.trade.import_shipments(self._at(self.first_day, 16, 40), earlier, self.people["planner"])

    def _at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), zone())

    def _moments(self, moment: datetime, minutes: int) -> Iterator[datetime]:
        """Yield moments one after the other, in working hours."""
        while True:
            yield moment
            moment = self.calendar.add_working_hours(moment, minutes / 60)

    def _working_days(self, first: date, last: date) -> list[date]:
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self.calendar.is_working(day)]

    # Everyday business

    def _shipments(self) -> Walk:
        """Import weekly what was sent; enter by hand what was sent since then."""
        rng = random_for("shipments")
        weeks: dict[tuple[int, int], list[date]] = {}
        for day in self._working_days(self.first_day + timedelta(days=1), self.now.date()):
            weeks.setdefault(day.isocalendar()[:2], []).extend([day] * rng.choice((2, 3, 3, 4, 5)))
        for week, days in weeks.items():
            if week < max(weeks):
                at = self._at(days[-1], 17, rng.randint(0, 20))
                yield at
                self.trade.import_shipments(at, days, self.people[rng.choice(("planner", "fengting"))])
                continue
            for at in sorted(self._at(day, 15, rng.randint(0, 59)) for day in days):
                yield at
                self.trade.ship(at)

    def _office(self) -> Iterable[Walk]:
        """Change the data that complaints refer to: new customers, new telephones, mistakes."""
        days = self._working_days(self.first_day + timedelta(days=20), self.now.date() - timedelta(days=20))
        days = days or [self.first_day]
        for n, line in enumerate(list(self.trade.to_come)):
            yield self._once(
                self._at(days[len(days) * (n + 1) // 12], 10, 5 * n),
                lambda on, line=line: self.trade.add_customer(line, on),
            )
        for n in range(9):
            yield self._once(self._at(days[len(days) * (n + 1) // 10], 14, 3 * n), self._change_contact)
        for n in range(3):
            yield self._once(self._at(days[len(days) * (2 * n + 1) // 6], 11, 7 * n), self._void_shipment)
        yield self._once(self._at(days[len(days) // 3], 9, 20), self._agree_limit)
        yield self._once(self._at(days[len(days) * 7 // 12], 17, 10), self.people.leave)

    @staticmethod
    def _once(on: datetime, act: object) -> Walk:
        yield on
        act(on)  # type: ignore[operator]

    def _change_contact(self, on: datetime) -> None:
        customer = self.rng.choice(self.trade.customers)
        rows = [{"id": contact.id} for contact in customer.contacts]
        rows[-1]["phone"] = self.trade.phone(customer.currency != "CNY")
        customer.edit(amendment_reason="客户联系人换了电话", by=customer.clerk, on=on, contacts=rows)

    def _agree_limit(self, on: datetime) -> None:
        customer = next(
            customer
            for customer in self.trade.customers
            if customer.reply_days is None and customer.customer_type == "oem"
        )
        customer.edit(
            amendment_reason="签订质量协议",
            by=self.people["sales_manager"],
            on=on,
            reply_days=3,
            remarks="质量协议约定：客诉三天内回复。",
        )

    def _void_shipment(self, on: datetime) -> None:
        self.trade.sent[-1].void(
            reason="数量录错，已按送货单重新录入。", by=self.people["sales_manager"], on=on
        )

    # Complaints

    def _cases(self) -> Iterator[Walk]:
        number = 0
        for number, (plot, heard_at) in enumerate(self._behind(), 1):
            yield Case(self, number, plot, heard_at, deadline=self._deadline(heard_at)).walk()
        for n, waiting in enumerate(OPEN, number + 1):
            yield self._waiting(n, waiting)

    def _behind(self) -> Iterator[tuple[Plot, datetime]]:
        """Yield the plots of the year, each early enough to lie behind by now.

        There are few in the last weeks, whose cases mostly still wait.
        """
        plots = [plot for count, plot in BEHIND for _ in range(count)]
        self.rng.shuffle(plots)
        heard_first = set(
            self.rng.sample(
                [n for n, plot in enumerate(plots) if not plot.declined and not plot.void], PASSED_ON
            )
        )
        plots = [replace(plot, passed_on=True) if n in heard_first else plot for n, plot in enumerate(plots)]
        days = self._working_days(self.first_day + timedelta(days=2), self.now.date() - timedelta(days=10))
        weights = [
            MONTHS[day.month] * (0.2 if self.now.date() - day < timedelta(days=28) else 1) for day in days
        ]
        moments = sorted(
            self._sometime(day, self.rng) for day in self.rng.choices(days, weights, k=len(plots))
        )
        for plot in sorted(plots, key=lambda plot: -plot.takes):
            early = bisect(moments, self.now - timedelta(days=plot.takes))
            yield plot, moments.pop(self.rng.randrange(early or 1))

    def _sometime(self, day: date, rng: Random) -> datetime:
        """Return when somebody calls: in working hours, now and then in the evening."""
        if rng.random() < 0.05:
            return self._at(day, rng.randint(18, 20), rng.randint(0, 59))
        return self.calendar.add_working_hours(self._at(day, 8, 0), rng.uniform(0.2, 7.6)).replace(
            second=0, microsecond=0
        )

    def _deadline(self, heard_at: datetime) -> datetime | None:
        """Return the customer's own date in one case of nine: tomorrow noon, or some days later."""
        if self.rng.random() > 0.11:
            return None
        if self.rng.random() < 0.5:
            return self._at(self.calendar.next_working_day(heard_at.date(), including=False), 17, 0)
        return self._at(self.calendar.add_working_days(heard_at.date(), self.rng.randint(3, 5)), 17, 0)

    def _gate(self) -> Iterator[Walk]:
        """Receive the goods of the last days that sales has not taken over; the first was not for us."""
        rng, today = random_for("gate"), self.now.date()
        moments = sorted(
            self._sometime(day, rng)
            for day in self._working_days(today - timedelta(days=20), today)
            for _ in range(2)
        )
        lately = [
            moment for moment in moments if self.calendar.working_hours_between(moment, self.now) >= 3 * HOUR
        ]
        for number, moment in enumerate(lately[-AT_THE_GATE - 1 :]):
            yield receive_unannounced_goods(self, number, moment, void=number == 0)

    # What waits now

    def _waiting(self, number: int, waiting: Waiting) -> Walk:
        rng, task = random_for(f"waiting {number}"), waiting.task
        plot = replace(
            waiting.plot,
            stops_at=task,
            taken_by=waiting.taken_by,
            passed_on=task == "register" or rng.random() < 0.15,
            photo=task != "register" and rng.random() < 0.3,
        )
        if waiting.ago is not None:
            return self._answered(number, plot, waiting.ago, rng)
        heard_at, deadline = self._heard_so_that(waiting.when, rng)
        length = self.calendar.working_hours_between(heard_at, self.now) * 0.9
        if waiting.when == "late":
            length = min(length, 13 * HOUR)
        last = "talk" if plot.talk or plot.sample else LAST_DONE[task]
        return Case(self, number, plot, heard_at, length=length / PACE[last], deadline=deadline).walk()

    def _heard_so_that(self, when: str, rng: Random) -> tuple[datetime, datetime | None]:
        """Return when we heard of it, so that the reply was due, is due today, or will be.

        If no day does, the customer sets the date.
        """
        today = self.now.date()
        days = reversed(self._working_days(today - timedelta(days=14), today))
        moments = [self._sometime(day, rng) for day in days for _ in range(3)]
        hours_since = self.calendar.working_hours_between
        past = [moment for moment in moments if moment <= self.now]
        heard = [moment for moment in past if hours_since(moment, self.now) >= 2 * HOUR]
        due = {moment: self.reply_due(moment, None, None).date() for moment in heard}
        fitting = {
            "late": [moment for moment in heard if due[moment] < today][:6],
            "today": [moment for moment in heard if due[moment] == today],
            "later": [moment for moment in heard if due[moment] > today],
        }[when]
        if fitting:
            return rng.choice(fitting), None
        day = today if when == "today" else self.calendar.next_working_day(today, including=False)
        return heard[0], self.calendar.end_of(day)

    def _answered(self, number: int, plot: Plot, ago: int, rng: Random) -> Walk:
        """Walk a case whose reply went out so many days ago."""
        sent = self._sometime(
            self._working_days(self.first_day, self.now.date() - timedelta(days=ago))[-1], rng
        )
        heard_at = self.calendar.add_working_hours(
            self._at(self._working_days(self.first_day, sent.date() - timedelta(days=1))[-1], 8, 0),
            rng.uniform(1, 6),
        )
        heard_at = heard_at.replace(second=0, microsecond=0)
        return Case(
            self, number, plot, heard_at, length=self.calendar.working_hours_between(heard_at, sent)
        ).walk()
