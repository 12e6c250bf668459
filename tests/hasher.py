from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 8, 1


class CountingArgon2(QuickArgon2):
    """Counts how often it was made to work, which is what an answer's time is made of."""

    times = 0

    def encode(self, password: str, salt: str) -> str:
        CountingArgon2.times += 1
        return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        CountingArgon2.times += 1
        return bool(super().verify(password, encoded))
