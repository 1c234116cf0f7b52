using System.Text.Json.Nodes;
using Lab;
using Lab.Processes;

namespace Appliance.Tests;

/// <summary>Small talk of good peers, to see that they are served whatever a bad one does.</summary>
public static class Calls
{
    /// <summary>A Lync user writes to an XMPP user and gets an answer, over the connections both systems had before.</summary>
    public static async Task NobodyNoticesAsync(Stage stage)
    {
        var dropped = stage.Edge.Events.Count(e => e.Is("disconnected"));
        var bo = $"{stage.NewName("bo")}@{Stage.SipDomain}";
        var juliet = await stage.Client.LogInAsync(stage.Prosody, stage.NewName("juliet"));
        await stage.Edge.DoAsync("message", ("from", bo), ("to", juliet.Address), ("text", "all well?"));
        await juliet.TakeAsync("message", Stage.Soon, ("bare", bo), ("body", "all well?"));
        await juliet.DoAsync("message", ("to", bo), ("body", "all is well"));
        try
        {
            await stage.Edge.TakeAsync("message", Stage.Soon, ("from", juliet.Address), ("to", bo), ("text", "all is well"));
        }
        catch (LabTimeoutException late)
        {
            // Whoever reads this wants to know whether she was told, and what the gateway saw of it.
            throw new LabTimeoutException($"{late.Message}\nthe other side:\n{stage.Client.Events.Tail(6)}\nthe gateway:\n{stage.Gateway.Process.Lines.Tail(12)}");
        }
        Assert.Equal(dropped, stage.Edge.Events.Count(e => e.Is("disconnected")));
    }
}
