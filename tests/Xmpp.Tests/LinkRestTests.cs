using Gateway.Xmpp;
using Gateway.Xmpp.Links;

namespace Xmpp.Tests;

/// <summary>How long a link leaves the far side alone.</summary>
public sealed class LinkRestTests
{
    [Fact]
    public void Where_one_stream_after_the_other_breaks_at_once_presence_waits_ever_longer_for_the_next()
    {
        var time = new StillTime();
        var rest = new LinkRest(new XmppOptions { RetrySecondsMax = 60 }, time);
        int[] expected = [0, 2, 4, 8, 16, 32, 60, 60];
        foreach (int seconds in expected)
        {
            rest.Break(stoodSeconds: 1);
            Assert.Equal(seconds, rest.RenewalSecondsLeft(time.Now));
            time.Now += 1_000L * seconds;
            Assert.Equal(0, rest.RenewalSecondsLeft(time.Now));
        }

        // One that stood for a while was no such stream: the next may be opened at once.
        rest.Break(stoodSeconds: 61);
        Assert.Equal(0, rest.RenewalSecondsLeft(time.Now));
        rest.Break(stoodSeconds: 1);
        Assert.Equal(0, rest.RenewalSecondsLeft(time.Now));
    }

    private sealed class StillTime : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Now;
    }
}
