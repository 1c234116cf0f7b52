using System.Collections.Immutable;
using Presence.Core.Model;

namespace Gateway.Mapping.Errors;

/// <summary>How one neutral condition is answered to a SIP request: RFC 7247 §7.1 for a bare and a full address, and what Microsoft systems are answered instead.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="Bare">Status when it concerns the bare address.</param>
/// <param name="Full">Status when it concerns one endpoint.</param>
/// <param name="Microsoft">
/// Status towards Microsoft systems: never 401 or 407 (they start to authenticate), 6xx (kills other endpoints), 3xx (not followed), 500 or 503 (the whole hop is held to be dead).
/// </param>
public sealed record ConditionRow(Condition Condition, int Bare, int Full, int Microsoft);

/// <summary>What a SIP failure status means: RFC 7247 §7.2.</summary>
public sealed record StatusRow(int Status, Condition Condition);

/// <summary>The rows of the one error table.</summary>
public static class ErrorRows
{
    public static ImmutableArray<ConditionRow> Conditions { get; } =
    [
        new(Condition.BadRequest, 400, 400, 400),
        new(Condition.Conflict, 400, 400, 400),
        new(Condition.FeatureNotImplemented, 501, 405, 405),
        new(Condition.Forbidden, 603, 403, 403),
        new(Condition.Gone, 410, 410, 404),
        new(Condition.InternalServerError, 500, 500, 480),
        new(Condition.ItemNotFound, 604, 404, 404),
        new(Condition.JidMalformed, 400, 400, 400),
        new(Condition.NotAcceptable, 606, 406, 488),
        new(Condition.NotAllowed, 403, 403, 403),
        new(Condition.NotAuthorized, 401, 401, 403),
        new(Condition.PolicyViolation, 403, 403, 403),
        new(Condition.RecipientUnavailable, 600, 480, 480),
        new(Condition.Redirect, 302, 302, 404),
        new(Condition.RegistrationRequired, 407, 407, 403),
        new(Condition.RemoteServerNotFound, 404, 404, 404),
        new(Condition.RemoteServerTimeout, 408, 408, 504),
        new(Condition.ResourceConstraint, 500, 500, 480),

        // RFC 7247 has no equivalent and warns of 503; 403 is the nearest it names.
        new(Condition.ServiceUnavailable, 403, 403, 480),
        new(Condition.SubscriptionRequired, 400, 400, 403),
        new(Condition.UndefinedCondition, 400, 400, 480),
        new(Condition.UnexpectedRequest, 491, 491, 400),
    ];

    public static ImmutableArray<StatusRow> Statuses { get; } =
    [
        new(300, Condition.Redirect),
        new(301, Condition.Gone),
        new(302, Condition.Redirect),
        new(305, Condition.Redirect),
        new(380, Condition.NotAcceptable),
        new(400, Condition.BadRequest),
        new(401, Condition.NotAuthorized),
        new(402, Condition.BadRequest),
        new(403, Condition.Forbidden),
        new(404, Condition.ItemNotFound),
        new(405, Condition.FeatureNotImplemented),
        new(406, Condition.NotAcceptable),
        new(407, Condition.RegistrationRequired),
        new(408, Condition.RemoteServerTimeout),
        new(410, Condition.Gone),
        new(413, Condition.PolicyViolation),
        new(414, Condition.PolicyViolation),
        new(415, Condition.NotAcceptable),
        new(416, Condition.NotAcceptable),
        new(420, Condition.FeatureNotImplemented),
        new(421, Condition.NotAcceptable),
        new(423, Condition.ResourceConstraint),
        new(430, Condition.RecipientUnavailable),
        new(439, Condition.FeatureNotImplemented),
        new(440, Condition.PolicyViolation),
        new(480, Condition.RecipientUnavailable),
        new(481, Condition.ItemNotFound),
        new(482, Condition.NotAcceptable),
        new(483, Condition.NotAcceptable),
        new(484, Condition.ItemNotFound),
        new(485, Condition.ItemNotFound),
        new(486, Condition.RecipientUnavailable),
        new(487, Condition.RecipientUnavailable),
        new(488, Condition.NotAcceptable),
        new(489, Condition.PolicyViolation),
        new(491, Condition.UnexpectedRequest),
        new(493, Condition.BadRequest),
        new(500, Condition.InternalServerError),
        new(501, Condition.FeatureNotImplemented),
        new(502, Condition.RemoteServerNotFound),
        new(503, Condition.InternalServerError),
        new(504, Condition.RemoteServerTimeout),
        new(505, Condition.NotAcceptable),
        new(513, Condition.PolicyViolation),
        new(600, Condition.RecipientUnavailable),
        new(603, Condition.RecipientUnavailable),
        new(604, Condition.ItemNotFound),
        new(606, Condition.NotAcceptable),
    ];

    /// <summary>The condition of a status that has no row: by its family.</summary>
    public static Condition FamilyOf(int status) => (status / 100) switch
    {
        3 => Condition.Redirect,
        4 => Condition.BadRequest,
        5 => Condition.InternalServerError,
        _ => Condition.RecipientUnavailable,
    };
}
