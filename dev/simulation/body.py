"""What a made-up person can really do, which the coach never sees.

The catalogue's start loads are about half of an untrained one-repetition maximum; a person's own is twice
that, times a factor for the person and one for each exercise. It grows with training and shrinks in a long
absence. Repetitions to failure follow Epley; each set before costs a little, and every day and every set has
its noise.
"""

import random
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.coach import Band, Experience, Profile, Sex, exercises
from app.coach.catalogue import Exercise

LEVEL = {Experience.BEGINNER: 1.0, Experience.INTERMEDIATE: 1.3, Experience.ADVANCED: 1.6}
# A session's gain: novices several per cent a month, experienced people one or two.
GAIN = {Experience.BEGINNER: 0.006, Experience.INTERMEDIATE: 0.003, Experience.ADVANCED: 0.0015}
HELD_DAYS, LOSS_A_DAY = 14, 0.003
LEARNT, LEARN_STEP = 0.10, 0.0125
FATIGUE_A_SET, DAY_NOISE, SET_NOISE_REPS = 0.02, 0.025, 0.7
BAND_REPS = {Band.LIGHT: 24, Band.MEDIUM: 17, Band.HEAVY: 12}


@dataclass
class Body:
    """Strength as it is: `fitness` multiplies everything, `learnt` is what practice adds to one exercise."""

    profile: Profile
    dice: random.Random
    fitness: float = 1.0
    last_on: date | None = None
    today: float = 1.0
    talent: float = 0.0
    knacks: dict[str, float] = field(default_factory=dict)
    learnt: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.talent = min(1.6, max(0.6, self.dice.gauss(1.0, 0.2)))
        for slug in sorted(exercises()):
            self.knacks[slug] = min(1.25, max(0.75, self.dice.gauss(1.0, 0.08)))

    def wake(self, on: date, tired: bool) -> None:
        """A new training day: what a long absence has cost, and the form of the day."""
        if self.last_on is not None and (on - self.last_on).days > HELD_DAYS:
            self.fitness *= max(0.8, 1 - LOSS_A_DAY * ((on - self.last_on).days - HELD_DAYS))
        self.today = max(0.85, self.dice.gauss(0.95 if tired else 1.0, DAY_NOISE))

    def trained(self, on: date, slugs: list[str]) -> None:
        """A session is over: a little stronger, and better at what was practised."""
        self.last_on = on
        self.fitness *= 1 + GAIN[self.profile.experience] * self.dice.uniform(0.5, 1.5)
        for slug in slugs:
            self.learnt[slug] = min(LEARNT, self.learnt.get(slug, 0.0) + LEARN_STEP)

    def one_rep_kg(self, exercise: Exercise) -> float:
        """The true one-repetition maximum, on a day of usual form."""
        ratio = exercise.ratio_m if self.profile.sex is Sex.M else exercise.ratio_f
        most = 85 if self.profile.sex is Sex.M else 65
        base = 2 * float(ratio or Decimal("0.2")) * min(float(self.profile.weight_kg), most)
        return base * LEVEL[self.profile.experience] * self._age() * self._own(exercise)

    def reps_to_failure(self, exercise: Exercise, kg: Decimal | None, band: Band | None, done: int) -> float:
        """How many repetitions (or seconds) are there in the next set, `done` sets into the exercise."""
        tired = self.today * (1 - FATIGUE_A_SET * done)
        noise = self.dice.gauss(0, SET_NOISE_REPS)
        if exercise.loaded and kg is not None and not exercise.seconds:
            return 30 * (tired * self.one_rep_kg(exercise) / max(0.5, float(kg)) - 1) + noise
        if exercise.seconds:
            return 45 * tired * self._own(exercise) * self._age() + 4 * noise
        reps = BAND_REPS[band] if band else 26 - 4 * exercise.difficulty
        return reps * tired * self._own(exercise) * self._age() * LEVEL[self.profile.experience] + noise

    def _own(self, exercise: Exercise) -> float:
        practice = 1 + self.learnt.get(exercise.slug, 0.0)
        return self.talent * self.knacks[exercise.slug] * self.fitness * practice

    def _age(self) -> float:
        age = self.profile.age
        return 0.85 if age < 18 else 1.0 if age < 40 else max(0.65, 1 - 0.01 * (age - 40))
