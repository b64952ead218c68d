"""The forms of signing in and of one's own password."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from cs.records.passwords import is_easily_guessed, normal_username
from cs.records.users import User
from cs.web.fields import Form, Text
from cs.web.passwords import own_words, too_easy
from cs.wording.labels import label

MAX_PASSWORD_LENGTH = 200  # argon2 takes longer ones, but nobody types them


class LoginForm(Form):
    username = Text("username", required=True)
    password = PasswordField(
        label("password"),
        [InputRequired(lazy_gettext("Please fill this in.")), Length(max=MAX_PASSWORD_LENGTH)],
    )


class NewPassword(Form):
    """A new password, typed twice."""

    new_password = PasswordField(
        label("new_password"),
        [InputRequired(lazy_gettext("Please fill this in.")), Length(max=MAX_PASSWORD_LENGTH)],
    )
    repeat_password = PasswordField(
        label("repeat_password"),
        [
            InputRequired(lazy_gettext("Please fill this in.")),
            EqualTo("new_password", lazy_gettext("The two passwords differ.")),
        ],
    )

    @property
    def password_username(self) -> str:
        """Return the username that the password is for."""
        return str(current_user.username)

    @property
    def password_name(self) -> str:
        """Return the name of the person whom the password is for."""
        return str(current_user.name)

    def validate_new_password(self, field: PasswordField) -> None:
        min_length = current_app.config["CS_PASSWORD_LENGTH"]
        if len(field.data or "") < min_length:
            raise ValidationError(gettext("Use at least %(least)s characters.", least=min_length))
        if normal_username(field.data) == normal_username(self.password_username):
            raise ValidationError(gettext("Not the user name, please."))
        if is_easily_guessed(field.data, own_words(self.password_username, self.password_name)):
            raise ValidationError(too_easy())


class OwnPasswordForm(NewPassword):
    current_password = PasswordField(
        label("current_password"),
        [InputRequired(lazy_gettext("Please fill this in.")), Length(max=MAX_PASSWORD_LENGTH)],
    )


class SetupForm(NewPassword):
    username = Text("username", required=True, most=50)
    name = Text("display_name", required=True, most=50)

    @property
    def password_username(self) -> str:
        return self.username.data or ""

    @property
    def password_name(self) -> str:
        return self.name.data or ""


class FirstPasswordForm(NewPassword):
    person: User

    @property
    def password_username(self) -> str:
        return self.person.username

    @property
    def password_name(self) -> str:
        return self.person.name
