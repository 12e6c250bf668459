from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0002_own_things")]

    operations = [
        migrations.CreateModel(
            name="Tries",
            fields=[
                ("key", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "user_tries"},
        ),
    ]
