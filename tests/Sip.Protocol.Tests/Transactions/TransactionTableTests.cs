using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Transactions;
using static Gateway.Sip.Protocol.Transactions.TransactionOutputs;
using static Gateway.Sip.Protocol.Transactions.TransactionPhase;

namespace Sip.Protocol.Tests.Transactions;

/// <summary>Each row: phase, input, what is done, phase after, end. The whole table of each machine for reliable transports.</summary>
public sealed class TransactionTableTests
{
    private static readonly SipTimers _timers = SipTimers.Default;
    private static readonly DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    [Theory]
    [InlineData(Calling, "100", PassUp, Proceeding, SipReason.None)]
    [InlineData(Calling, "101", PassUp, Proceeding, SipReason.None)]
    [InlineData(Calling, "200", PassUp, Accepted, SipReason.None)]
    [InlineData(Calling, "486", SendAck | PassUp, Terminated, SipReason.Answered)]
    [InlineData(Calling, "tick", PassUp, Terminated, SipReason.TransactionTimeout)]
    [InlineData(Calling, "broken", PassUp, Terminated, SipReason.TransportFailed)]
    [InlineData(Proceeding, "183", PassUp, Proceeding, SipReason.None)]
    [InlineData(Proceeding, "200", PassUp, Accepted, SipReason.None)]
    [InlineData(Proceeding, "302", SendAck | PassUp, Terminated, SipReason.Answered)]
    [InlineData(Proceeding, "tick", PassUp, Terminated, SipReason.TransactionTimeout)]
    [InlineData(Accepted, "200", PassUp, Accepted, SipReason.None)]
    [InlineData(Accepted, "180", None, Accepted, SipReason.None)]
    [InlineData(Accepted, "486", None, Accepted, SipReason.None)]
    [InlineData(Accepted, "tick", None, Terminated, SipReason.Answered)]
    [InlineData(Terminated, "200", None, Terminated, SipReason.None)]
    [Clause("RFC 3261", "17.1.1.2")]
    [Clause("RFC 6026", "7.2")]
    public void Invite_client(TransactionPhase from, string input, TransactionOutputs done, TransactionPhase to, SipReason end) =>
        Check(InviteClient.On(State(from), Input(input), _timers, _now), done, to, end);

    [Theory]
    [InlineData(Trying, "100", PassUp, Proceeding, SipReason.None)]
    [InlineData(Trying, "200", PassUp, Terminated, SipReason.Answered)]
    [InlineData(Trying, "481", PassUp, Terminated, SipReason.Answered)]
    [InlineData(Trying, "tick", PassUp, Terminated, SipReason.TransactionTimeout)]
    [InlineData(Proceeding, "100", PassUp, Proceeding, SipReason.None)]
    [InlineData(Proceeding, "500", PassUp, Terminated, SipReason.Answered)]
    [InlineData(Proceeding, "tick", PassUp, Terminated, SipReason.TransactionTimeout)]
    [InlineData(Proceeding, "broken", PassUp, Terminated, SipReason.TransportFailed)]
    [InlineData(Terminated, "200", None, Terminated, SipReason.None)]
    [Clause("RFC 3261", "17.1.2.2")]
    public void Non_invite_client(TransactionPhase from, string input, TransactionOutputs done, TransactionPhase to, SipReason end) =>
        Check(NonInviteClient.On(State(from), Input(input), _now), done, to, end);

    [Theory]
    [InlineData(Proceeding, "180", SendResponse, Proceeding, SipReason.None)]
    [InlineData(Proceeding, "request", ResendResponse, Proceeding, SipReason.None)]
    [InlineData(Proceeding, "200", SendResponse, Accepted, SipReason.None)]
    [InlineData(Proceeding, "488", SendResponse, Completed, SipReason.None)]
    [InlineData(Proceeding, "tick", PassUp, Terminated, SipReason.TransactionTimeout)]
    [InlineData(Proceeding, "cancel", SendTerminated | PassUp, Completed, SipReason.None)]
    [InlineData(Accepted, "cancel", None, Accepted, SipReason.None)]
    [InlineData(Completed, "cancel", None, Completed, SipReason.None)]
    [InlineData(Accepted, "request", None, Accepted, SipReason.None)]
    [InlineData(Accepted, "200", SendResponse, Accepted, SipReason.None)]
    [InlineData(Accepted, "ack", PassUp, Accepted, SipReason.None)]
    [InlineData(Accepted, "tick", None, Terminated, SipReason.Answered)]
    [InlineData(Completed, "request", ResendResponse, Completed, SipReason.None)]
    [InlineData(Completed, "ack", None, Terminated, SipReason.Answered)]
    [InlineData(Completed, "200", None, Completed, SipReason.None)]
    [InlineData(Completed, "tick", PassUp, Terminated, SipReason.AckNeverCame)]
    [InlineData(Completed, "broken", PassUp, Terminated, SipReason.TransportFailed)]
    [InlineData(Terminated, "ack", None, Terminated, SipReason.None)]
    [Clause("RFC 3261", "9.2")]
    [Clause("RFC 3261", "17.2.1")]
    [Clause("RFC 6026", "7.1")]
    public void Invite_server(TransactionPhase from, string input, TransactionOutputs done, TransactionPhase to, SipReason end) =>
        Check(InviteServer.On(State(from), Input(input), _timers, _now), done, to, end);

    [Theory]
    [InlineData(Trying, "request", None, Trying, SipReason.None)]
    [InlineData(Trying, "183", None, Trying, SipReason.None)]
    [InlineData(Trying, "200", SendResponse, Terminated, SipReason.Answered)]
    [InlineData(Trying, "cancel", None, Trying, SipReason.None)]
    [InlineData(Trying, "tick", SendTrying, Proceeding, SipReason.None)]
    [InlineData(Proceeding, "request", SendTrying, Proceeding, SipReason.None)]
    [InlineData(Proceeding, "183", None, Proceeding, SipReason.None)]
    [InlineData(Proceeding, "tick", PassUp, Terminated, SipReason.TransactionTimeout)]
    [InlineData(Proceeding, "404", SendResponse, Terminated, SipReason.Answered)]
    [InlineData(Proceeding, "broken", PassUp, Terminated, SipReason.TransportFailed)]
    [InlineData(Terminated, "request", None, Terminated, SipReason.None)]
    [InlineData(Terminated, "200", None, Terminated, SipReason.None)]
    [Clause("RFC 3261", "17.2.2")]
    [Clause("RFC 4320", "4.1")]
    [Clause("RFC 4320", "4.2")]
    public void Non_invite_server(TransactionPhase from, string input, TransactionOutputs done, TransactionPhase to, SipReason end) =>
        Check(NonInviteServer.On(State(from), Input(input), _timers, _now), done, to, end);

    [Fact]
    public void A_tick_before_the_deadline_changes_nothing()
    {
        var s = InviteClient.Start(_timers, _now);
        var step = InviteClient.On(s, TransactionInput.Tick, _timers, _now + TimeSpan.FromSeconds(31.9));

        Assert.Equal((s, None, SipReason.None), (step.State, step.Outputs, step.End));
    }

    [Fact]
    [Clause("RFC 4320", "4.1")]
    [Clause("RFC 4320", "4.2")]
    public void A_request_that_waits_gets_100_after_three_and_a_half_seconds_and_nothing_after_thirty_two()
    {
        var s = NonInviteServer.Start(_timers, _now);
        Assert.Equal(_now + TimeSpan.FromSeconds(3.5), s.Deadline);
        s = NonInviteServer.On(s, TransactionInput.Tick, _timers, s.Deadline).State;
        Assert.Equal(_now + TimeSpan.FromSeconds(32), s.Deadline);
        s = NonInviteServer.On(s, TransactionInput.Tick, _timers, s.Deadline).State;
        Assert.Equal(None, NonInviteServer.On(s, TransactionInput.Response(200), _timers, _now + TimeSpan.FromSeconds(40)).Outputs);
    }

    [Fact]
    public void Repeated_provisionals_do_not_extend_an_invite()
    {
        var first = InviteClient.On(InviteClient.Start(_timers, _now), TransactionInput.Response(101), _timers, _now).State;
        var later = InviteClient.On(first, TransactionInput.Response(180), _timers, _now + TimeSpan.FromMinutes(4)).State;

        Assert.Equal(_now + _timers.InviteProceeding, later.Deadline);
    }

    private static TransactionState State(TransactionPhase phase) => new(phase, _now);

    private static TransactionInput Input(string text) => text switch
    {
        "tick" => TransactionInput.Tick,
        "ack" => TransactionInput.Ack,
        "cancel" => TransactionInput.Cancel,
        "request" => TransactionInput.Request,
        "broken" => TransactionInput.TransportFailed,
        _ => TransactionInput.Response(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static void Check(TransactionStep step, TransactionOutputs done, TransactionPhase to, SipReason end) =>
        Assert.Equal((done, to, end), (step.Outputs, step.State.Phase, step.End));
}
