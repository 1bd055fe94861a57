"""The trainee's page: its address and its form."""

from app.examples.shape import Examples

TOKEN = {"token": "made-up-token"}

EXAMPLES = {
    "trainee_asset": Examples(parameters={"name": "trainee.css"}),
    "trainee_plan": Examples(parameters=TOKEN),
    "trainee_report": Examples(
        {
            "Done": {"status": "DONE", "performed_reps": "8", "performed_weight_kg": "12", "rir": "2"},
            "It hurts": {"status": "SKIPPED", "pain_area": "knee", "pain_score": "4"},
        },
        TOKEN,
    ),
    "trainee_report_page": Examples(parameters=TOKEN),
}
