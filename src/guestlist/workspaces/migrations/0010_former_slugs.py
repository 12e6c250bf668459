from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0003_sign_in_policy")]

    operations = [
        migrations.CreateModel(
            name="FormerSlug",
            fields=[
                ("slug", models.SlugField(max_length=63, primary_key=True, serialize=False)),
                ("workspace_id", models.UUIDField()),
            ],
            options={"db_table": "former_slug"},
        ),
    ]
