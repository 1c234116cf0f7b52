using Gateway.Federation;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>An XMPP user who says gone while something of theirs still waits: nothing may be left without an end.</summary>
public sealed class ConversationGoneTests
{
    [Fact]
    public async Task What_follows_gone_while_it_still_rings_waits_for_the_same_answer_and_is_given_up_with_it()
    {
        await using var rig = await Rig.StartAsync();
        var edge = await rig.DialBoundAsync();
        var one = rig.Depart("one");
        var invite = await edge.RequestAsync("INVITE");
        await edge.SendAsync(Lines.Response(invite, 180));
        await edge.SettleAsync();
        rig.Depart(ChatState.Gone);
        var two = rig.Depart("two");
        await edge.SettleAsync();
        Assert.Empty(edge.Unread);

        rig.Time.Advance(TimeSpan.FromSeconds(121));
        var cancel = await edge.RequestAsync("CANCEL");
        await edge.SendAsync(Lines.Response(cancel, 200) + Lines.Response(invite, 487));
        await edge.RequestAsync("ACK");
        Assert.False((await one).IsDelivered);
        Assert.False((await two).IsDelivered);
        Assert.Equal((0, 0, 0), rig.Held);
    }
}
