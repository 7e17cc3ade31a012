"""The whole product while its parts are killed, frozen or away."""
