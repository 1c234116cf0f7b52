namespace LyncEdge.Tests;

/// <summary>How our users' clients answer calls and lines, and what a caller makes of the answers.</summary>
public sealed class CalleeTests : IAsyncLifetime
{
    private const string Bo = "bo@contoso.example";
    private const string Juliet = "juliet@jabber.example";
    private readonly Station _edge = Station.Edge();
    private readonly Station _gateway = Station.Gateway();

    public Task InitializeAsync()
    {
        _edge.DialsTo(_gateway);
        _gateway.DialsTo(_edge);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _edge.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Theory]
    [InlineData(480)]
    [InlineData(486)]
    [InlineData(488)]
    [InlineData(603)]
    [InlineData(404)]
    [InlineData(606)]
    public async Task A_refused_call_tells_its_status_for_the_first_line(int status)
    {
        await _edge.DoAsync(new { @do = "callee", user = Bo, status });
        await SayAsync("hello");
        Assert.Equal(status, (int)(await _gateway.EventAsync("message-result"))["status"]!);
    }

    [Fact]
    public async Task Provisionals_come_first_forks_with_tags_of_their_own_and_the_answer_late()
    {
        await _edge.DoAsync(new { @do = "callee", user = Bo, afterMs = 200, provisionals = new[] { 100, 101, 180 }, forks = 2 });
        await SayAsync("hello");
        foreach (var status in (int[])[100, 101, 101, 180, 180]) Assert.Equal(status, (int)(await _gateway.EventAsync("invite-progress"))["status"]!);
        Assert.Equal(200, (int)(await _gateway.EventAsync("message-result"))["status"]!);
    }

    [Fact]
    public async Task Lines_said_while_it_rings_come_in_order_when_it_is_answered()
    {
        await _edge.DoAsync(new { @do = "callee", user = Bo, mode = "hold" });
        foreach (var text in (string[])["1", "2", "3"]) await SayAsync(text);
        await _edge.EventAsync("invite");
        await _edge.DoAsync(new { @do = "release", user = Bo });
        foreach (var text in (string[])["1", "2", "3"]) Assert.Equal(text, (string)(await _edge.EventAsync("message"))["text"]!);
        Assert.DoesNotContain("C4 two-outstanding", await _edge.ViolationsAsync());
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(415)]
    public async Task A_line_gets_its_answer_once_and_then_200(int status)
    {
        await _edge.DoAsync(new { @do = "on-message", user = Bo, status, times = 1 });
        await SayAsync("a");
        Assert.Equal(status, (int)(await _gateway.EventAsync("message-result"))["status"]!);
        await SayAsync("b");
        Assert.Equal(200, (int)(await _gateway.EventAsync("message-result"))["status"]!);
    }

    [Fact]
    public async Task A_lost_BYE_makes_the_caller_call_again_and_say_the_line_once_more()
    {
        await _edge.DoAsync(new { @do = "on-message", user = Bo, status = 481, times = 1 });
        await SayAsync("a");
        await _gateway.EventAsync("rebuild");
        Assert.Equal(200, (int)(await _gateway.EventAsync("message-result"))["status"]!);
        await _edge.EventAsync("message", m => (int)m["status"]! == 200);
    }

    [Fact]
    public async Task A_cancelled_call_ends_with_487()
    {
        await _edge.DoAsync(new { @do = "callee", user = Bo, mode = "silent" });
        await SayAsync("a");
        await _gateway.EventAsync("invite-progress");
        await _gateway.DoAsync(new { @do = "close", from = Juliet, to = Bo });
        Assert.True((bool)(await _edge.EventAsync("cancel"))["found"]!);
        Assert.Equal(487, (int)(await _gateway.EventAsync("message-result"))["status"]!);
    }

    [Fact]
    public async Task Glare_gives_two_conversations()
    {
        await _edge.DoAsync(new { @do = "glare", from = Bo, to = Juliet, text = "mine" });
        await SayAsync("yours");
        Assert.Equal("yours", (string)(await _edge.EventAsync("message"))["text"]!);
        Assert.Equal("mine", (string)(await _gateway.EventAsync("message"))["text"]!);
    }

    [Fact]
    public async Task A_second_call_supersedes_the_first_which_gets_a_BYE()
    {
        await SayAsync("a");
        var first = (string)(await _gateway.EventAsync("message-result"))["callId"]!;
        await _gateway.DoAsync(new { @do = "message", from = Juliet, to = Bo, text = "b", @new = true });
        await _gateway.EventAsync("ended", e => (string)e["callId"]! == first && (string)e["why"]! == "bye");
    }

    [Fact]
    public async Task Renewals_in_the_dialog_are_answered_and_the_conversation_goes_on()
    {
        await SayAsync("a");
        await _gateway.EventAsync("message-result");
        foreach (var verb in (string[])["reinvite", "update"])
        {
            await _gateway.DoAsync(new { @do = verb, from = Juliet, to = Bo });
            Assert.Equal(200, (int)(await _gateway.EventAsync("request-result"))["status"]!);
        }

        await SayAsync("b");
        Assert.Equal(200, (int)(await _gateway.EventAsync("message-result"))["status"]!);
    }

    [Theory]
    [InlineData("html", "text/html", "<DIV")]
    [InlineData("alternative", "multipart/alternative", "text/html")]
    [InlineData("plain", "text/plain", "two\nlines")]
    public async Task A_line_takes_the_form_asked_for(string form, string type, string part)
    {
        await _gateway.DoAsync(new { @do = "message", from = Juliet, to = Bo, text = "two\nlines", form });
        var message = await _edge.EventAsync("message");
        Assert.Equal(type, (string)message["contentType"]!);
        Assert.Contains(part, (string)message["text"]!, StringComparison.Ordinal);
    }

    private Task SayAsync(string text) => _gateway.DoAsync(new { @do = "message", from = Juliet, to = Bo, text });
}
