"""What providers send, as far as we read it, and what they get as an answer.

The first is for readers of the document: the views look at bodies by themselves, since what is authentic is
kept whatever its shape. Providers may add members.
"""

from marshmallow import INCLUDE, Schema, fields, validate


class Told(Schema):
    """An object that may have more members than we know."""

    class Meta:
        unknown = INCLUDE


class ResultHook(Told):
    """One delivery result; times are Korean, without an offset."""

    hookId = fields.String(required=True)  # noqa: N815 - the dealer's name, as those below
    requestId = fields.String(required=True)  # noqa: N815
    recipientSeq = fields.Integer(required=True)  # noqa: N815
    resultCode = fields.String(required=True)  # noqa: N815
    resultCodeName = fields.String()  # noqa: N815
    recipientGroupingKey = fields.String(metadata={"description": "The id of our message."})  # noqa: N815
    receiveDate = fields.String()  # noqa: N815


class ResultsIn(Told):
    """Delivery results, one event a hook."""

    hooks = fields.List(fields.Nested(ResultHook), required=True)


class ChannelIn(Told):
    """What somebody did with the channel."""

    event = fields.String(required=True, validate=validate.OneOf(["added", "blocked"]))
    id = fields.String(required=True)
    id_type = fields.String(required=True, validate=validate.OneOf(["app_user_id", "open_id"]))
    channel_public_id = fields.String()
    channel_uuid = fields.String()
    updated_at = fields.AwareDateTime(required=True)


class UnlinkIn(Told):
    """Who unlinked their Kakao account from which app."""

    app_id = fields.String(required=True, metadata={"example": "123456"})
    user_id = fields.String(required=True, metadata={"example": "1000000000000000001"})
    referrer_type = fields.String(metadata={"example": "UNLINK_FROM_APPS"})


class SkillPerson(Told):
    """Who speaks, by the bot's key for them."""

    id = fields.String(required=True)
    type = fields.String()
    properties = fields.Dict(keys=fields.String())


class SkillBlock(Told):
    """A block of the bot."""

    id = fields.String()
    name = fields.String()


class SkillUserRequest(Told):
    """What was said or tapped."""

    utterance = fields.String(required=True)
    user = fields.Nested(SkillPerson, required=True)
    block = fields.Nested(SkillBlock)
    callbackUrl = fields.String()  # noqa: N815 - Kakao's name


class SkillAction(Told):
    """`clientExtra` is what our button carried."""

    params = fields.Dict(keys=fields.String())
    clientExtra = fields.Dict(keys=fields.String(), allow_none=True)  # noqa: N815 - Kakao's name


class SkillTurnIn(Told):
    """A turn of the chat, version 2.0."""

    userRequest = fields.Nested(SkillUserRequest, required=True)  # noqa: N815 - Kakao's name
    bot = fields.Nested(SkillBlock)
    action = fields.Nested(SkillAction)


class AckOut(Schema):
    """Taken."""

    status = fields.String(required=True, validate=validate.OneOf(["ok"]))


class SkillAnswerOut(Schema):
    """An answer of the chatbot's skill server, version 2.0: a template, or that it comes by callback."""

    version = fields.String(required=True, validate=validate.OneOf(["2.0"]))
    template = fields.Dict(keys=fields.String())
    useCallback = fields.Boolean()  # noqa: N815 - Kakao's name
    data = fields.Dict(keys=fields.String())
