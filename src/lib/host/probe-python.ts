/**
 * A Python 3 program that asks networks which link address IP addresses have: by ARP, and by neighbour solicitations from a link-local address
 * (those from no address would disturb a host that is checking for duplicates). It asks up to three times, until there is an answer, and takes
 * all answers.
 *
 * Arguments: the least time between two questions and the time limit, in seconds; then for each question interface, address and source.
 * Prints a list of `{ interface, address, macs }` or `{ interface, address, problem }` as JSON. Every second it writes a newline to descriptor 5, by
 * which it notices that nobody reads the output any more. It has no single quotes.
 */
export const PROBE_PYTHON = `
import json, os, select, socket, struct, sys, time

gap, end = float(sys.argv[1]), time.monotonic() + float(sys.argv[2])
TRIES, PATIENCE = 3, 1.0
ARP = 0x0806
sockets, links, questions, asked, beats = {}, {}, [], {}, [0.0]


def link(name):
    if name not in links:
        arp = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        arp.bind((name, ARP))
        kind, mac = arp.getsockname()[3:5]
        if kind != 1 or len(mac) != 6:
            raise OSError("it is not Ethernet")
        links[name] = (arp, mac)
    return links[name]


def open_socket(name, version, source):
    if (name, version) not in sockets:
        arp, mac = link(name)
        used = arp
        if version == 6:
            used = socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58)
            # Only neighbour advertisements: type 136.
            used.setsockopt(58, 1, struct.pack("=8I", *[0xffffffff ^ (1 << 8 if word == 4 else 0) for word in range(8)]))
            used.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode() + bytes(1))
            used.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            used.bind((source, 0, 0, socket.if_nametoindex(name)))
        sockets[name, version] = (used, mac)
    return sockets[name, version]


class Question:
    def __init__(self, name, address, source):
        self.name, self.address, self.source = name, address, source
        self.version = 6 if ":" in address else 4
        self.packed = socket.inet_pton(socket.AF_INET6 if self.version == 6 else socket.AF_INET, address)
        self.macs, self.sent, self.problem = set(), 0, None

    def ask(self):
        used, mac = open_socket(self.name, self.version, self.source)
        if self.version == 4:
            ask = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + mac + socket.inet_aton(self.source) + bytes(6) + self.packed
            used.send((b"\\xff" * 6 + mac + struct.pack("!H", ARP) + ask).ljust(60, bytes(1)))
        else:
            group = "ff02::1:ff%02x:%02x%02x" % tuple(self.packed[13:])
            ask = struct.pack("!BBHI", 135, 0, 0, 0) + self.packed + bytes([1, 1]) + mac
            used.sendto(ask, (group, 0, 0, socket.if_nametoindex(self.name)))
        self.sent += 1


def answer_in(name, version, data, mac):
    if version == 4:
        if len(data) < 42 or data[12:22] != struct.pack("!HHHBBH", ARP, 1, 0x0800, 6, 4, 2):
            return None
        sender, address, target = data[22:28], data[28:32], data[38:42]
        # Others announce addresses in answers that nobody asked for.
        return None if target == address or mac not in (data[0:6], data[32:38]) else (address, sender)
    # Solicited, and with the link address of the target.
    if len(data) < 32 or data[0] != 136 or not data[4] & 0x40 or data[24:26] != bytes([2, 1]):
        return None
    return data[8:24], data[26:32]


# Ends the program when nobody reads any more what it prints: who asked for it is gone.
def beat():
    if time.monotonic() - beats[0] >= 1:
        os.write(5, b"\\n")
        beats[0] = time.monotonic()


def listen(until):
    while True:
        beat()
        left = min(1, until - time.monotonic())
        if left <= 0:
            return
        used = {entry[0]: (key, entry[1]) for key, entry in sockets.items()}
        if not used:
            time.sleep(left)
            continue
        for each in select.select(list(used), [], [], left)[0]:
            (name, version), mac = used[each]
            try:
                data = each.recv(2048)
            except OSError:
                continue
            answer = answer_in(name, version, data, mac)
            if answer and (name, answer[0]) in asked:
                asked[name, answer[0]].macs.add(":".join("%02x" % byte for byte in answer[1]))


for at in range(3, len(sys.argv) - 2, 3):
    questions.append(Question(*sys.argv[at : at + 3]))
free = 0.0
for _ in range(TRIES):
    has_sent = False
    for question in questions:
        if question.macs or question.problem:
            continue
        asked[question.name, question.packed] = question
        listen(free)
        if time.monotonic() + PATIENCE > end:
            break
        try:
            question.ask()
            has_sent = True
        except OSError as error:
            question.problem = error.strerror or str(error)
        free = time.monotonic() + gap
    if not has_sent:
        break
    listen(time.monotonic() + PATIENCE)


def report(question):
    result = {"interface": question.name, "address": question.address}
    if question.problem is None and question.sent == 0:
        question.problem = "there was no time left to ask"
    if question.problem is None:
        result["macs"] = sorted(question.macs)
    else:
        result["problem"] = question.problem
    return result


print(json.dumps([report(question) for question in questions]))
`
