package lab.oracle;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** iceberg-oracle: Apache Iceberg's own library as a command line. See README.md in the folder above. */
public final class Main {
  static final String USAGE = """
      oracle COMMAND TABLE ... [options]       TABLE: a folder, a metadata.json, or a name in --catalog hadoop|rest|jdbc --uri U --warehouse W --prop k=v
        read     rows [--snapshot ID|--as-of MS|--ref R] [--columns a,b] [--lineage] [--where F] [--sort] [--hash|--count] [--hours]
                 meta | files [--all]
        check    verify [--all] [--keys a,b|identifier] [--where-probe N] [--orphans] [--no-notes] [--json]
        rows in  append JSONL [--fast|--shred] | overwrite JSONL [--where F|--replace-partitions] | tx-append A=JSONL B=JSONL
                 delete-where F [--mode position|equality|copy-on-write|files] | row-delta JSONL --key id [--mode equality|position]
                 rewrite [--where F] | rewrite-manifests | race [--threads N --commits M]
        define   create --schema S [--partition P] [--format-version V] [--property k=v] | drop [--purge] | rename NEW | register METADATA
                 add-column C TYPE [--default V --after C --required] | rename-column C NEW | drop-column C | promote C TYPE | optional C
                 identifier a,b | partition +bucket[4](id) -field | set-property k=v k | upgrade V
        history  branch N | tag N | drop-ref N | rollback ID | cherrypick ID | fast-forward B TO | expire [--older-than MS --retain-last N --clean none]
        catalog  list [NS] | create-namespace NS | drop-namespace NS | make-bucket NAME
        servers  serve --port P          (POST /, body = JSON array of arguments) | batch (the same, a line each on standard input)
                 rest --port P --backend jdbc|memory|hadoop ...
      writers take --branch B, --snapshot-property k=v, --touch FILE (made when ready to commit), --wait-for FILE (then commit)""";

  private Main() {}

  public static void main(String[] args) {
    PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), false, StandardCharsets.UTF_8);
    int code = run(Arrays.asList(args), out, System.err);
    out.flush();
    System.exit(code);
  }

  /** 0 = done, 1 = findings or nothing to do, 2 = usage, 3 = a commit conflict, 4 = commit state unknown, 5 = anything else. */
  static int run(List<String> args, PrintStream out, PrintStream err) {
    if (args.isEmpty()) { err.println(USAGE); return 2; }
    try {
      Options o = new Options(args.subList(1, args.size()));
      return dispatch(args.get(0), o, out);
    } catch (Options.Usage e) {
      err.println("usage: " + e.getMessage());
      return 2;
    } catch (org.apache.iceberg.exceptions.CommitFailedException | org.apache.iceberg.exceptions.ValidationException e) {
      err.println(describe(e));
      return 3;
    } catch (org.apache.iceberg.exceptions.CommitStateUnknownException e) {
      err.println(describe(e));
      return 4;
    } catch (Throwable e) {
      err.println(describe(e));
      if (System.getenv("ORACLE_TRACE") != null) e.printStackTrace(err);
      return 5;
    }
  }

  static String describe(Throwable e) {
    StringBuilder b = new StringBuilder();
    for (Throwable t = e; t != null && b.length() < 2000; t = t.getCause()) b.append(b.length() > 0 ? "\n  caused by " : "").append(t.getClass().getSimpleName()).append(": ").append(t.getMessage());
    return b.toString();
  }

  private static int dispatch(String command, Options o, PrintStream out) throws Exception {
    return switch (command) {
      case "rows" -> Rows.run(o, out);
      case "meta" -> Inspect.meta(o, out);
      case "files" -> Inspect.files(o, out);
      case "verify" -> Verify.run(o, out);
      case "append" -> Writes.append(o, out);
      case "tx-append" -> Writes.txAppend(o, out);
      case "overwrite" -> Writes.overwrite(o, out);
      case "delete-where" -> Writes.deleteWhere(o, out);
      case "row-delta" -> Writes.rowDelta(o, out);
      case "rewrite" -> Writes.rewrite(o, out);
      case "rewrite-manifests" -> Ddl.rewriteManifests(o, out);
      case "race" -> Race.run(o, out);
      case "create" -> Ddl.create(o, out);
      case "drop" -> Ddl.drop(o, out);
      case "rename" -> Ddl.rename(o, out);
      case "register" -> Ddl.register(o, out);
      case "add-column", "rename-column", "drop-column", "promote", "optional", "identifier", "move-first" -> Ddl.column(command, o, out);
      case "partition" -> Ddl.partitionSpec(o, out);
      case "set-property" -> Ddl.properties(o, out);
      case "upgrade" -> Ddl.upgrade(o, out);
      case "branch", "tag", "drop-ref", "rollback", "cherrypick", "fast-forward" -> Ddl.refs(command, o, out);
      case "expire" -> Ddl.expire(o, out);
      case "list" -> Ddl.list(o, out);
      case "make-bucket" -> Ddl.bucket(o, out);
      case "create-namespace", "drop-namespace" -> Ddl.namespace(command, o, out);
      case "serve" -> Serve.run(o, out);
      case "batch" -> Serve.batch(out);
      case "rest" -> RestServer.run(o, out);
      default -> throw new Options.Usage("unknown command " + command + "\n" + USAGE);
    };
  }
}
