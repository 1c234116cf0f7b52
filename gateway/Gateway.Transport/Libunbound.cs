using System.Runtime.InteropServices;

namespace Gateway.Transport;

/// <summary>The part of libunbound's C interface that is used: a context with its own thread, and asynchronous look-ups.</summary>
internal static unsafe partial class Libunbound
{
    private const string Library = "libunbound.so.8";

    internal const short PollIn = 1;

    [LibraryImport(Library)]
    internal static partial nint ub_ctx_create();

    [LibraryImport(Library)]
    internal static partial void ub_ctx_delete(nint context);

    [LibraryImport(Library)]
    internal static partial int ub_ctx_async(nint context, int isThreaded);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ub_ctx_set_option(nint context, string option, string value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ub_ctx_set_fwd(nint context, string address);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ub_ctx_resolvconf(nint context, string file);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ub_ctx_hosts(nint context, string file);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ub_ctx_add_ta_file(nint context, string file);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ub_ctx_zone_add(nint context, string zone, string kind);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ub_ctx_data_add(nint context, string record);

    [LibraryImport(Library)]
    internal static partial int ub_fd(nint context);

    [LibraryImport(Library)]
    internal static partial int ub_process(nint context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ub_resolve_async(
        nint context, string name, int type, int @class, nint tag, delegate* unmanaged[Cdecl]<nint, int, Result*, void> callback, int* asyncId);

    [LibraryImport(Library)]
    internal static partial int ub_cancel(nint context, int asyncId);

    [LibraryImport(Library)]
    internal static partial void ub_resolve_free(Result* result);

    [LibraryImport(Library)]
    internal static partial nint ub_strerror(int error);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int poll(PollFd* descriptors, nuint count, int milliseconds);

    internal static string Words(int error) => Marshal.PtrToStringUTF8(ub_strerror(error)) ?? $"error {error}";

    /// <summary>struct ub_result of unbound.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Result
    {
        public nint QueryName;
        public int QueryType;
        public int QueryClass;
        public byte** Data;
        public int* Lengths;
        public nint CanonicalName;
        public int ResponseCode;
        public nint AnswerPacket;
        public int AnswerLength;
        public int HasData;
        public int IsNoName;
        public int IsSecure;
        public int IsBogus;
        public nint WhyBogus;
        public int WasRateLimited;
        public int Ttl;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
