using Gateway.Federation;
using Gateway.Mapping;
using Gateway.Mapping.Errors;
using Gateway.Mapping.Xmpp;
using Gateway.Xmpp.Protocol.Stanzas;
using Presence.Core.Model;

namespace Mapping.Tests.Errors;

public sealed class ErrorTableTests
{
    // RFC 7247 §7.1: condition, status for a bare and for a full address; then the Microsoft override, non-INVITE.
    [Theory]
    [InlineData("bad-request", 400, 400, 400)]
    [InlineData("conflict", 400, 400, 400)]
    [InlineData("feature-not-implemented", 501, 405, 405)]
    [InlineData("forbidden", 603, 403, 403)]
    [InlineData("gone", 410, 410, 404)]
    [InlineData("internal-server-error", 500, 500, 480)]
    [InlineData("item-not-found", 604, 404, 404)]
    [InlineData("jid-malformed", 400, 400, 400)]
    [InlineData("not-acceptable", 606, 406, 488)]
    [InlineData("not-allowed", 403, 403, 403)]
    [InlineData("not-authorized", 401, 401, 403)]
    [InlineData("policy-violation", 403, 403, 403)]
    [InlineData("recipient-unavailable", 600, 480, 480)]
    [InlineData("redirect", 302, 302, 404)]
    [InlineData("registration-required", 407, 407, 403)]
    [InlineData("remote-server-not-found", 404, 404, 404)]
    [InlineData("remote-server-timeout", 504, 504, 504)]
    [InlineData("resource-constraint", 500, 500, 480)]
    [InlineData("service-unavailable", 403, 403, 480)]
    [InlineData("subscription-required", 400, 400, 403)]
    [InlineData("undefined-condition", 400, 400, 480)]
    [InlineData("unexpected-request", 491, 491, 400)]
    public void Each_stanza_error_answers_a_sip_message(string name, int bare, int full, int microsoft)
    {
        var error = StanzaError.Of(StanzaError.ConditionOf(name)!.Value, "words");

        Assert.Equal(bare, ErrorTable.ToSip(XmppErrors.ToFailure(error, isBare: true), SipRequestKind.NonInvite, isMicrosoft: false).Status);
        Assert.Equal(full, ErrorTable.ToSip(XmppErrors.ToFailure(error, isBare: false), SipRequestKind.NonInvite, isMicrosoft: false).Status);
        Assert.Equal(microsoft, ErrorTable.ToSip(XmppErrors.ToFailure(error, isBare: true), SipRequestKind.NonInvite, isMicrosoft: true).Status);
    }

    // RFC 7247 §7.2, all rows.
    [Theory]
    [InlineData("redirect", 300, 302, 305, 399)]
    [InlineData("gone", 301, 410)]
    [InlineData("not-acceptable", 380, 406, 415, 416, 421, 482, 483, 488, 505, 606)]
    [InlineData("bad-request", 400, 402, 493, 499)]
    [InlineData("not-authorized", 401)]
    [InlineData("forbidden", 403)]
    [InlineData("item-not-found", 404, 481, 484, 485, 604)]
    [InlineData("feature-not-implemented", 405, 420, 439, 501)]
    [InlineData("registration-required", 407)]
    [InlineData("remote-server-timeout", 408, 504)]
    [InlineData("policy-violation", 413, 414, 440, 489, 513)]
    [InlineData("resource-constraint", 423)]
    [InlineData("recipient-unavailable", 430, 480, 486, 487, 600, 603, 699)]
    [InlineData("unexpected-request", 491)]
    [InlineData("internal-server-error", 500, 503, 599)]
    [InlineData("remote-server-not-found", 502)]
    public void Each_status_becomes_its_stanza_error(string name, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            var failure = ErrorTable.FromSip(status, "Phrase", diagnosticsReason: "why");
            var error = XmppErrors.ToStanzaError(failure);

            Assert.Equal(name, StanzaError.NameOf(error.Condition));
            Assert.Equal($"{status} Phrase: why", error.Text);
            Assert.Equal((status, "mapping.RefusedBySip"), (failure.SipStatus, failure.Reason));
        }
    }

    [Theory, Clause("RFC 6120", "8.3.3.17")]
    [InlineData(true, StanzaErrorType.Cancel)]
    [InlineData(false, StanzaErrorType.Wait)]
    public void Whether_waiting_helps_is_told(bool isLasting, StanzaErrorType expected) =>
        Assert.Equal(expected, XmppErrors.ToStanzaError(new Failure(Condition.RemoteServerTimeout, "xmpp.X", "") { IsLasting = isLasting }).Type);

    [Fact]
    public void Both_directions_have_a_row_for_everything()
    {
        Assert.Equal(Enum.GetValues<Condition>().Where(c => c != Condition.None).Order(), ErrorRows.Conditions.Select(r => r.Condition).Order());
        Assert.Equal(Enum.GetNames<StanzaCondition>().Order(StringComparer.Ordinal), Enum.GetNames<Condition>().Where(n => n != "None").Order(StringComparer.Ordinal));
        Assert.Equal(ErrorRows.Statuses.Length, ErrorRows.Statuses.Select(r => r.Status).Distinct().Count());

        // A status we write ourselves must be one that we can read.
        var readable = ErrorRows.Statuses.Select(r => r.Status).ToHashSet();
        foreach (var row in ErrorRows.Conditions) Assert.Subset(readable, new HashSet<int> { row.Bare, row.Full, row.Microsoft });
        foreach (var reason in Enum.GetValues<FederationReason>().Where(r => r != FederationReason.None))
        {
            var failure = FederationReasons.FailureOf(reason);
            Assert.Contains(ErrorTable.ToSip(failure, SipRequestKind.NonInvite, isMicrosoft: true).Status, readable);
            Assert.NotNull(XmppErrors.ToStanzaError(failure).Text);
        }
    }

    [Fact]
    public void Microsoft_systems_never_get_what_harms_more_than_the_one_request()
    {
        foreach (var row in ErrorRows.Conditions)
        {
            Assert.DoesNotContain(row.Microsoft, new[] { 401, 407, 500, 503 });
            Assert.True(row.Microsoft is >= 400 and < 600, row.ToString());
        }
    }

    [Fact]
    public void A_non_invite_is_never_answered_with_408_and_an_invite_may_be()
    {
        foreach (var row in ErrorRows.Conditions)
        {
            foreach (var isBare in new[] { true, false })
            {
                var failure = new Failure(row.Condition, "x.Y", "") { IsBare = isBare };
                Assert.NotEqual(408, ErrorTable.ToSip(failure, SipRequestKind.NonInvite, isMicrosoft: false).Status);
                Assert.NotEqual(408, ErrorTable.ToSip(failure, SipRequestKind.NonInvite, isMicrosoft: true).Status);
            }
        }

        Assert.Equal(408, ErrorTable.ToSip(new Failure(Condition.RemoteServerTimeout, "x.Y", ""), SipRequestKind.Invite, isMicrosoft: false).Status);
    }

    [Fact]
    public void Only_overload_of_the_whole_gateway_is_503()
    {
        foreach (var reason in Enum.GetValues<FederationReason>().Where(r => r != FederationReason.None))
        {
            var status = ErrorTable.ToSip(FederationReasons.FailureOf(reason), SipRequestKind.NonInvite, isMicrosoft: true).Status;
            Assert.Equal(reason == FederationReason.Overloaded, status == 503);
        }

        Assert.Equal(500, ErrorTable.ToSip(FederationReasons.FailureOf(FederationReason.InternalError), SipRequestKind.NonInvite, isMicrosoft: true).Status);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(406)]
    [InlineData(480)]
    [InlineData(501)]
    [InlineData(600)]
    [InlineData(604)]
    [InlineData(606)]
    public void A_status_keeps_its_reach_between_two_sip_peers(int status) =>
        Assert.Equal(status, ErrorTable.ToSip(ErrorTable.FromSip(status, "Phrase"), SipRequestKind.NonInvite, isMicrosoft: false).Status);

    [Fact]
    public void A_content_filter_is_a_policy_violation() =>
        Assert.Equal(Condition.PolicyViolation, ErrorTable.FromSip(606, "Not Acceptable", warningCode: 309).Condition);

    [Theory]
    [InlineData(504, 1008, Condition.RemoteServerNotFound)]
    [InlineData(403, 1003, Condition.ItemNotFound)]
    [InlineData(404, 4005, Condition.ItemNotFound)]
    [InlineData(404, 1005, Condition.RemoteServerNotFound)]
    [InlineData(504, 1010, Condition.RemoteServerTimeout)]
    [InlineData(405, 1027, Condition.NotAllowed)]
    public void Diagnostics_tell_causes_apart_that_share_a_status(int status, int id, Condition condition) =>
        Assert.Equal(condition, ErrorTable.FromSip(status, "Phrase", id, "words").Condition);

    [Fact]
    public void Words_and_waiting_times_cross()
    {
        var answer = ErrorTable.ToSip(FederationReasons.FailureOf(FederationReason.QueueFull), SipRequestKind.NonInvite, isMicrosoft: true);
        Assert.Equal((480, 10), (answer.Status, answer.RetryAfterSeconds));
        Assert.StartsWith("federation.QueueFull: ", answer.DiagnosticsReason, StringComparison.Ordinal);

        var stopping = XmppErrors.ToStanzaError(FederationReasons.FailureOf(FederationReason.Overloaded));
        Assert.Equal((StanzaCondition.ServiceUnavailable, StanzaErrorType.Wait), (stopping.Condition, stopping.Type));
        Assert.Equal(StanzaErrorType.Wait, XmppErrors.ToStanzaError(ErrorTable.FromSip(480, "Temporarily Unavailable")).Type);
        Assert.Equal(30, ErrorTable.ToSip(XmppErrors.ToFailure(StanzaError.Of(StanzaCondition.ResourceConstraint), true), SipRequestKind.NonInvite, true).RetryAfterSeconds);
    }

    [Fact]
    public void Reasons_have_public_names()
    {
        foreach (var reason in Enum.GetValues<MappingReason>()) Assert.Equal($"mapping.{reason}", MappingReasons.NameOf(reason));
    }
}
