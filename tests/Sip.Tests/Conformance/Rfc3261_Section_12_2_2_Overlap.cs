using Conformance;
using Sip.Tests.World;

namespace Sip.Tests.Conformance;

/// <summary>
/// RFC 3261 §12.2.2 and §14.2, RFC 3311 §5.2: requests of one dialog that overlap, as they do when a peer spreads them over its connections (up to four, field fact A4).
/// </summary>
public sealed class Rfc3261_Section_12_2_2_Overlap
{
    [Theory, InlineData("INVITE"), InlineData("UPDATE")]
    [Clause("RFC 3261", "12.2.2")]
    [Clause("RFC 3261", "14.2")]
    public async Task A_change_that_another_connection_overtook_is_500_and_may_come_again_under_a_new_number(string method)
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "overtaken");
        var fast = await rig.DialBoundAsync();
        Assert.Equal(200, (await fast.AskAsync(Lines.Message("overtaken", 3, tag, "fast"))).Status);

        var late = await edge.AskAsync(Rfc3261_Section_14_Sessions.InDialog(method, "overtaken", 2, tag));
        Assert.Equal(500, late.Status);
        Assert.InRange(int.Parse(late["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 0, 10);

        var again = await edge.AskAsync(Rfc3261_Section_14_Sessions.InDialog(method, "overtaken", 4, tag));
        Assert.Equal((200, tag), (again.Status, again.ToTag));
        Assert.Equal((1, 1), (rig.Held.Conversations, rig.Held.Dialogs));
    }

    [Fact, Clause("RFC 3261", "12.2.2")]
    public async Task A_MESSAGE_that_another_connection_overtook_is_500_and_is_not_shown_behind_it()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "late");
        var fast = await rig.DialBoundAsync();
        Assert.Equal(200, (await fast.AskAsync(Lines.Message("late", 3, tag, "second"))).Status);
        var late = await edge.AskAsync(Lines.Message("late", 2, tag, "first"));
        Assert.Equal((500, false), (late.Status, late.Has("Retry-After")));
        Assert.Equal("second", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);
        Assert.False(rig.Crossing.HasMessages);
    }

    [Fact, Clause("RFC 3261", "12.2.2")]
    public async Task Four_connections_carry_one_dialog_whose_numbers_rise_with_gaps()
    {
        await using var rig = await Rig.StartAsync();
        var (edge, tag, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "four");
        Edge[] connections = [edge, await rig.DialBoundAsync(), await rig.DialBoundAsync(), await rig.DialBoundAsync()];
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(200, (await connections[i % 4].AskAsync(Lines.Message("four", 2 + (3 * i), tag, $"line {i}"))).Status);
            Assert.Equal($"line {i}", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);
        }

        // What is said back leaves by one of them and may be answered by any.
        var answer = rig.Depart("and back");
        await connections[3].SendAsync(Lines.Response(await Task.WhenAny(connections.Select(c => c.RequestAsync("MESSAGE"))).Unwrap(), 200));
        Assert.True((await answer).IsDelivered);
    }

    [Theory, InlineData("INVITE", 491), InlineData("UPDATE", 491)]
    [Clause("RFC 3261", "14.2")]
    [Clause("RFC 3311", "5.2")]
    public async Task A_change_that_meets_ours_is_491_on_whichever_connection_it_comes_and_messages_pass(string method, int status)
    {
        await using var rig = await Rig.StartAsync();
        const string Timed = "Supported: timer\r\nSession-Expires: 90;refresher=uas\r\n";
        var (edge, tag, _) = await Rfc3261_Section_14_Sessions.BeginAsync(rig, "meet", Timed);
        var other = await rig.DialBoundAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(46));
        var ours = await Task.WhenAny(edge.RequestAsync("INVITE"), other.RequestAsync("INVITE")).Unwrap();

        Assert.Equal(status, (await other.AskAsync(Rfc3261_Section_14_Sessions.InDialog(method, "meet", 2, tag))).Status);
        Assert.Equal(200, (await other.AskAsync(Lines.Message("meet", 3, tag, "meanwhile"))).Status);
        Assert.Equal("meanwhile", (await rig.Crossing.MessageAsync()).Arrival.Content.Body);

        // Ours is answered by another connection than it came by, and its ACK frees the way.
        await other.SendAsync(Lines.Response(ours, 200, $"Contact: {Lines.EdgeContact}\r\nContent-Type: application/sdp\r\nRequire: timer\r\nSession-Expires: 90;refresher=uac\r\n", Lines.MessageSdp));
        var ack = await Task.WhenAny(edge.RequestAsync("ACK"), other.RequestAsync("ACK")).Unwrap();
        Assert.Equal(ours.CSeqNumber, ack.CSeqNumber);
        Assert.Equal(200, (await other.AskAsync(Rfc3261_Section_14_Sessions.InDialog(method, "meet", 4, tag))).Status);
    }
}
