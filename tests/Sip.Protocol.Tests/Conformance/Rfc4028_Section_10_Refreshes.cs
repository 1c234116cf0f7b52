using Gateway.Sip.Protocol.Conversations;
using Sip.Protocol.Tests.Conversations;
using static Gateway.Sip.Protocol.Conversations.ConversationInput;

namespace Sip.Protocol.Tests.Conformance;

/// <summary>RFC 4028 §9 and §10: who refreshes, when, and what ends a session that nobody refreshes.</summary>
[Clause("RFC 4028", "10")]
public sealed class Rfc4028_Section_10_Refreshes : ConversationMachine
{
    private static readonly SessionTerms Theirs = new(100, IsOurs: false);
    private static readonly SessionTerms Ours = new(100, IsOurs: true);

    [Fact]
    public void A_session_the_peer_does_not_refresh_is_ended_before_it_expires()
    {
        Begin(Theirs);
        After(60, "", new Refreshed(1, Theirs));
        After(60, "", new Tick());
        After(8, "bye 1|ended SessionExpired", new Tick());
    }

    [Fact]
    public void A_refresh_without_an_interval_takes_the_timer_away()
    {
        Begin(Theirs);
        After(60, "", new Refreshed(1, SessionTerms.None));
        After(300, "", new Tick());
    }

    [Fact]
    [Clause("RFC 4028", "9")]
    public void Our_refresh_leaves_at_half_the_interval_and_its_2xx_starts_the_next()
    {
        Begin(Ours);
        After(49, "", new Tick());
        After(1, "refresh 1 100", new Tick());
        After(0, "", new RefreshAnswered(1, 200, new SessionTerms(200, true)));
        After(99, "", new Tick());
        After(1, "refresh 1 200", new Tick());
    }

    [Fact]
    public void The_peer_that_accepted_our_invite_may_make_us_the_refresher()
    {
        On(Text(1));
        On(new Accepted(1, "t", TypingMode.None, Ours));
        On(new MessageAnswered(1, 200));
        After(50, "refresh 1 100", new Tick());
    }

    [Theory]
    [InlineData(408, "bye 1|ended PeerLost")]
    [InlineData(481, "ended PeerLost")]
    [Clause("RFC 3261", "12.2.1.2")]
    public void A_refresh_answered_408_or_481_ends_the_session(int status, string what)
    {
        Begin(Ours);
        After(50, "refresh 1 100", new Tick());
        After(1, what, new RefreshAnswered(1, status, SessionTerms.None));
    }

    [Fact]
    [Clause("RFC 3261", "14.1")]
    [Clause("RFC 3311", "5.3")]
    public void A_refresh_that_met_one_of_theirs_is_tried_again_after_the_pause()
    {
        Begin(Ours);
        After(50, "refresh 1 100", new Tick());
        After(0, "", new RefreshAnswered(1, 491, SessionTerms.None, TimeSpan.FromSeconds(2.5)));
        After(2, "", new Tick());
        After(1, "refresh 1 100", new Tick());
    }

    [Fact]
    [Clause("RFC 4028", "7.4")]
    public void An_interval_too_small_for_a_proxy_is_raised_once()
    {
        Begin(Ours);
        After(50, "refresh 1 100", new Tick());
        After(0, "refresh 1 3600", new RefreshAnswered(1, 422, SessionTerms.None, SecondsMin: 3600));
        After(0, "", new RefreshAnswered(1, 422, SessionTerms.None, SecondsMin: 7200));
        After(18, "bye 1|ended SessionExpired", new Tick());
    }

    [Fact]
    public void A_refresh_that_fails_for_now_is_tried_again_but_not_for_ever()
    {
        var patient = ConversationOptions.Default with { Idle = TimeSpan.FromHours(2) };
        On(new Invited(TypingMode.None, new SessionTerms(1000, true)));
        On(new Acknowledged(1));
        var refreshes = 0;
        while (true)
        {
            Now = Now.AddSeconds(1);
            var done = On(new Tick(), patient);
            if (done.Contains("ended", StringComparison.Ordinal)) break;
            if (done == "refresh 1 1000") refreshes += On(new RefreshAnswered(1, 503, SessionTerms.None)).Length + 1;
        }

        Assert.Equal(968, (Now - DateTimeOffset.UnixEpoch).TotalSeconds);
        Assert.InRange(refreshes, 2, 8);
    }

    private void Begin(SessionTerms terms)
    {
        On(new Invited(TypingMode.None, terms));
        On(new Acknowledged(1));
    }

    private void After(int seconds, string expected, ConversationInput input)
    {
        Now = Now.AddSeconds(seconds);
        Assert.Equal(expected, On(input));
    }
}
