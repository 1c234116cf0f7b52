using System.Threading.Channels;
using XmppPeer;
using XmppPeer.Control;

// Commands come in on standard input, one JSON object per line; answers and events go out on standard output the same way.
if (PeerOptions.Read(args, out var fault) is not { } options)
{
    await Console.Error.WriteLineAsync("XmppPeer: " + fault + " (see tests/XmppPeer/README.md)");
    return 2;
}

var lines = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
var events = new EventLog(line => lines.Writer.TryWrite(line), options.Traces);
await using var server = new Server(options, events);
var writing = WriteAsync();
server.Start();
var desk = new CommandDesk(server);
using var input = new StreamReader(Console.OpenStandardInput());
while (!desk.IsDone && await input.ReadLineAsync() is { } line)
    if (line.Trim().Length > 0) desk.Run(line);
lines.Writer.Complete();
await writing;
return 0;

async Task WriteAsync()
{
    await using var output = new StreamWriter(Console.OpenStandardOutput());
    await foreach (var line in lines.Reader.ReadAllAsync())
    {
        await output.WriteLineAsync(line);
        if (!lines.Reader.TryPeek(out _)) await output.FlushAsync();
    }
}
