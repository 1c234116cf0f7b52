using System.Threading.Channels;
using LyncEdge;
using LyncEdge.Control;

// Commands come in on standard input, one JSON object per line; events and answers go out on standard output the same way.
if (EdgeOptions.Read(args, out var fault) is not { } options)
{
    await Console.Error.WriteLineAsync("LyncEdge: " + fault + " (see tests/LyncEdge/README.md)");
    return 2;
}

var lines = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
using var edge = new AccessEdge(options, line => lines.Writer.TryWrite(line), TimeProvider.System);
var writing = WriteAsync();
edge.Post(() => edge.Start());
var running = edge.RunAsync();
// Console reads do not end when asked to, so the reader is left behind when the edge quits.
_ = ReadAsync();
await running;
lines.Writer.Complete();
await writing;
return 0;

async Task ReadAsync()
{
    using var input = new StreamReader(Console.OpenStandardInput());
    while (await input.ReadLineAsync() is { } line)
        if (line.Trim().Length > 0) edge.Command(line);
    if (!options.Stays) edge.Quit();
}

async Task WriteAsync()
{
    await using var output = new StreamWriter(Console.OpenStandardOutput());
    await foreach (var line in lines.Reader.ReadAllAsync())
    {
        await output.WriteLineAsync(line);
        if (!lines.Reader.TryPeek(out _)) await output.FlushAsync();
    }
}
