using Gateway.Sip.Protocol.Conversations;
using Sip.Protocol.Tests.Conversations;
using static Gateway.Sip.Protocol.Conversations.ConversationInput;

namespace Sip.Protocol.Tests.Conformance;

/// <summary>RFC 3261 §13.3.1.4: a 2xx is repeated end to end until its ACK comes, over any transport, and a session never acknowledged is ended.</summary>
[Clause("RFC 3261", "13.3.1.4")]
public sealed class Rfc3261_Section_13_3_1_4_Accepting : ConversationMachine
{
    [Fact]
    public void A_2xx_is_repeated_with_pauses_that_double_up_to_T2_until_the_ACK_is_given_up()
    {
        On(new Invited(TypingMode.None));
        Assert.Equal([0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5], Repeats(out var last));
        Assert.Equal("bye 1|ended AckNeverCame", last);
    }

    [Fact]
    [Clause("RFC 3261", "15")]
    public void Nobody_says_BYE_to_what_was_accepted_before_its_ACK_has_come_or_is_given_up()
    {
        On(new Invited(TypingMode.None));
        Assert.Equal("", On(new Close(Gateway.Sip.Protocol.SipReason.EndedByUs)));
        Assert.Equal("bye 1|ended EndedByUs", On(new Acknowledged(1)));

        State = ConversationState.New;
        On(new Invited(TypingMode.None));
        On(new Close(Gateway.Sip.Protocol.SipReason.EndedByUs));
        Now = Now.AddSeconds(32);
        Assert.Equal("bye 1|ended AckNeverCame", On(new Tick()));
    }

    [Fact]
    [Clause("RFC 3261", "14.1")]
    public void Our_refresh_waits_while_an_INVITE_of_theirs_waits_for_its_ACK()
    {
        On(new Invited(TypingMode.None, new SessionTerms(100, true)));
        On(new Acknowledged(1));
        Now = Now.AddSeconds(45);
        On(new Refreshed(1, new SessionTerms(90, true), AwaitsAck: true));
        Now = Now.AddSeconds(31.9);
        Assert.DoesNotContain("refresh", On(new Tick()), StringComparison.Ordinal);
        On(new Acknowledged(1));
        Now = Now.AddSeconds(14);
        Assert.Equal("refresh 1 90", On(new Tick()));
    }

    [Fact]
    public void The_ACK_ends_the_repetition()
    {
        On(new Invited(TypingMode.None));
        On(new Acknowledged(1));
        Assert.Empty(Repeats(out var last));
        Assert.Equal("bye 1|ended Idle", last);
    }

    [Fact]
    [Clause("RFC 3261", "14.2")]
    public void The_2xx_of_a_reinvite_is_repeated_as_well_and_that_of_an_update_is_not()
    {
        Establish();
        On(new Refreshed(1, SessionTerms.None, AwaitsAck: true));
        Now = Now.AddSeconds(0.5);
        Assert.Equal("repeat 1", On(new Tick()));
        On(new Acknowledged(1));
        On(new Refreshed(1, SessionTerms.None));
        Assert.Empty(Repeats(out _));
    }

    private List<double> Repeats(out string last)
    {
        var (from, times) = (Now, new List<double>());
        while (true)
        {
            Now = State.DeadlineWith(ConversationOptions.Default);
            last = On(new Tick());
            if (last != "repeat 1") return times;
            times.Add((Now - from).TotalSeconds);
        }
    }
}
