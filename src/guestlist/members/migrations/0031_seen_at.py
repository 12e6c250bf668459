from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0030_people_indexes")]

    operations = [migrations.AddField(model_name="membership", name="seen_at", field=models.DateTimeField(null=True))]
