using Gateway.Federation;
using Gateway.Mapping;
using Gateway.Mapping.Errors;
using Gateway.Sip.Calls;
using Gateway.Sip.Connections;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using Gateway.Sip.Protocol.Wire;
using Presence.Core.Model;

namespace Gateway.Sip.Conversations;

/// <summary>Our INVITE of a leg.</summary>
internal sealed class Inviting(Conversation owner, int leg) : OutgoingRequest(SipMethod.Invite)
{
    /// <summary>A final response has come.</summary>
    public bool HasFinal { get; private set; }

    protected override void OnResponse(SipResponse response)
    {
        HasFinal |= response.IsFinal;
        owner.OnInviteResponse(leg, response, Latest.Connection);
    }

    protected override void OnFailed(SipReason reason, LinkFailure failure) => owner.OnInviteFailed(leg, reason, failure);
}

/// <summary>Our UPDATE or re-INVITE that refreshes the session of a leg (RFC 4028 §10).</summary>
internal sealed class Refreshing(Conversation owner, int leg, SipMethod method) : OutgoingRequest(method)
{
    protected override void OnResponse(SipResponse response)
    {
        if (response.IsFinal) owner.OnRefreshResponse(leg, this, response);
    }

    protected override void OnFailed(SipReason reason, LinkFailure failure) => owner.OnRefreshFailed(leg, this, reason);
}

/// <summary>Our MESSAGE in a leg.</summary>
internal sealed class Messaging(Conversation owner, int leg) : OutgoingRequest(SipMethod.Message)
{
    protected override void OnResponse(SipResponse response)
    {
        if (response.IsFinal) owner.OnMessageResponse(leg, response);
    }

    protected override void OnFailed(SipReason reason, LinkFailure failure) => owner.OnMessageLost(leg, Connection is not null, failure);
}

/// <summary>INFO, isComposing, BYE: only a 481 says something, that the leg is unknown there.</summary>
internal sealed class Aside(Conversation owner, int leg, SipMethod method) : OutgoingRequest(method)
{
    protected override void OnResponse(SipResponse response)
    {
        if (response.Status == 481 && Method != SipMethod.Bye) owner.Give(new ConversationInput.LegUnknown(leg));
    }

    protected override void OnFailed(SipReason reason, LinkFailure failure)
    {
        // Nobody waits for it.
    }
}

/// <summary>Failures of our requests in neutral words: responses by the one error table, links by their kind.</summary>
internal static class SipFailures
{
    public static Failure Of(SipResponse response)
    {
        var diagnostics = PeerDiagnoses.MostTelling(MsDiagnostics.All(response));
        var warning = WarningHeader.TryRead(response.First(SipHeaderId.Warning), out var header) ? header.Code : (int?)null;
        var failure = ErrorTable.FromSip(response.Status, response.ReasonPhrase, diagnostics?.Id, diagnostics?.Reason, warning, (int?)RetryAfterHeader.SecondsOf(response));

        // The last hop we know says that it did nothing with it: a back-up may.
        return response.Status == 503 ? failure with { IsUnsent = true } : failure;
    }

    /// <summary>An answer of the peer that nothing can be made of.</summary>
    public static Failure OfUnusable(SipReason fault) => new(Condition.RemoteServerTimeout, fault.PublicName(), "The answer to the invitation makes no dialog.");

    public static Failure Of(LinkFailure failure) => WordsOf(failure) with { IsUnsent = failure.IsUnsent };

    public static Failure Of(SipReason reason) => reason switch
    {
        SipReason.QueueFull => new Failure(Condition.ResourceConstraint, reason.PublicName(), "Too many messages wait for this user."),
        SipReason.EndedByUs or SipReason.ShuttingDown => new Failure(Condition.RecipientUnavailable, reason.PublicName(), "The conversation was ended."),
        _ => new Failure(Condition.RemoteServerTimeout, reason.PublicName(), "The user's system did not answer in time."),
    };

    private static Failure WordsOf(LinkFailure failure) => failure.Kind switch
    {
        LinkFailureKind.NotFound => new Failure(Condition.RemoteServerNotFound, failure.Reason, "The destination system has no address."),
        LinkFailureKind.NotProved => new Failure(Condition.RemoteServerNotFound, failure.Reason, "The destination system could not prove its name."),
        LinkFailureKind.Overloaded => new Failure(Condition.ResourceConstraint, failure.Reason, "The destination system asks to be left alone for a while.") { RetryAfterSeconds = 30 },
        LinkFailureKind.QueueFull => new Failure(Condition.ResourceConstraint, failure.Reason, "Too much is waiting for the destination system.") { RetryAfterSeconds = 10 },
        _ => new Failure(Condition.RemoteServerTimeout, failure.Reason, "The destination system could not be reached in time."),
    };
}
