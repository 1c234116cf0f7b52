using Gateway.Host.Composition;
using Gateway.Host.Configuration.Options;
using Microsoft.Extensions.Logging;

namespace Host.Tests.Running;

/// <summary>How much is logged, changed while running: for all, for one room, for a while (PSB-037).</summary>
[Item("PSB-037")]
public sealed class LogSwitchTests
{
    private const string Xmpp = "Gateway.Host.Composition.XmppLog";
    private const string Sip = "Gateway.Host.Composition.SipLog";

    private readonly MovedTime time = new();
    private readonly LogSwitch levels;

    public LogSwitchTests() => levels = new LogSwitch(LogLevelOption.Warning, time);

    [Fact]
    public void A_room_is_set_alone_and_falls_back_when_its_time_is_over()
    {
        levels.Set("xmpp", LogLevelOption.Debug, TimeSpan.FromMinutes(10));
        Assert.True(levels.Passes(Xmpp, LogLevel.Debug));
        Assert.False(levels.Passes(Sip, LogLevel.Information));
        Assert.Equal([("all", "warning"), ("xmpp", "debug")], levels.Report().Levels.Select(l => (l.Room, l.Level)));

        time.Now += TimeSpan.FromMinutes(10);
        Assert.False(levels.Passes(Xmpp, LogLevel.Information));
        Assert.Equal([("all", "warning")], levels.Report().Levels.Select(l => (l.Room, l.Level)));
    }

    [Fact]
    public void All_are_set_and_taken_back_and_a_room_of_its_own_stays_as_it_is()
    {
        levels.Set("sip", LogLevelOption.Error, null);
        levels.Set("", LogLevelOption.Trace, null);
        Assert.True(levels.Passes(Xmpp, LogLevel.Trace));
        Assert.True(levels.Passes("Gateway.Host.Composition.Appliance", LogLevel.Trace));
        Assert.False(levels.Passes(Sip, LogLevel.Warning));

        levels.Set("", null, null);
        levels.Set("sip", null, null);
        Assert.False(levels.Passes(Xmpp, LogLevel.Information));
        Assert.True(levels.Passes(Sip, LogLevel.Warning));
    }

    [Fact]
    public void A_reload_changes_what_the_configuration_says_and_nothing_that_was_set()
    {
        levels.Set("xmpp", LogLevelOption.Debug, null);
        levels.Set(LogLevelOption.Error);
        Assert.False(levels.Passes(Sip, LogLevel.Warning));
        Assert.True(levels.Passes(Xmpp, LogLevel.Debug));
        Assert.Equal("error", levels.Report().Configured);
    }

    [Fact]
    public void What_a_logger_writes_follows_at_once()
    {
        var lines = new Lines();
        using var factory = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddFilter(levels.Passes).AddProvider(lines));
        var logger = factory.CreateLogger(Xmpp);
        logger.LogDebug("one");
        levels.Set("xmpp", LogLevelOption.Debug, TimeSpan.FromMinutes(1));
        logger.LogDebug("two");
        time.Now += TimeSpan.FromMinutes(2);
        logger.LogDebug("three");
        Assert.Equal(["two"], lines.Written);
    }

    [Fact]
    public void The_frameworks_below_never_say_more_than_warnings()
    {
        levels.Set("", LogLevelOption.Trace, null);
        Assert.False(levels.Passes("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Information));
        Assert.True(levels.Passes("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Warning));
    }

    private sealed class MovedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Written.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
